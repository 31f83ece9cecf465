"""Waymark in distributed mode: a schema and two roles per service in PostgreSQL, each role its own process."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from devtools.postgresql import Cluster
from devtools.roles import Role
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from tests.waiting import wait_until

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
STARTS_WITHIN = 120.0
_NO_BROKER = "127.0.0.1:9"


class TextFolder(Folder):
    """An installation whose secrets are text, as an environment holds them."""

    def secret(self, purpose: str) -> bytes:
        return super().secret(purpose).hex().encode()


class Distributed:
    """Roles on a fresh database of the cluster. Nothing runs before it is told to."""

    def __init__(
        self,
        folder: Path,
        postgresql: Cluster,
        *,
        services: Iterable[str] = SERVICES,
        bootstrap_servers: str = _NO_BROKER,
        models: Path | None = None,
        registry_url: str | None = None,
    ) -> None:
        self.folder = TextFolder(folder)
        self.folder.root.mkdir(parents=True, exist_ok=True)
        self._services = tuple(services)
        self._addresses = postgresql.provisioned(SERVICES)
        self._kafka = {"KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers, "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}
        self._scoring = {"MODELS_FOLDER": str(models or self.folder.models), "REGISTRY_URL": registry_url or ""}
        self.web = {service: Role(service, "web", {}, folder=folder) for service in self._services}
        self.workers = {service: Role(service, "worker", {}, folder=folder) for service in self._services}
        for role in (*self.web.values(), *self.workers.values()):
            role.settings.update(self._settings(role.service))

    @property
    def roles(self) -> tuple[Role, ...]:
        return (*self.web.values(), *self.workers.values())

    @property
    def kafka(self) -> Mapping[str, str]:
        """The settings with which its broker is spoken to."""
        return {**self._kafka, "DEMONSTRATION": "true"}

    def database_url(self, service: str) -> str:
        return self._addresses[service].user

    def migrate(self) -> None:
        """Run every service's migration, as its schema's owner."""
        migrations = [self._migration(service) for service in self._services]
        for migration in migrations:
            migration.start()
        for migration in migrations:
            migration.finish()

    def in_process(self) -> System:
        """The same services on the same databases, to prepare them with or to look into them."""
        return embedded.build(self.folder, database_url=self.database_url)

    def start(self, *roles: Role) -> None:
        """Start these roles, all when none is named, and wait until each answers."""
        started = roles or self.roles
        for role in started:
            role.start()
        for role in started:
            wait_until(role.lives, within=STARTS_WITHIN, what=f"{role.service} {role.role}")

    def stop(self) -> None:
        for role in self.roles:
            role.ask_to_stop()
        for role in self.roles:
            role.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _migration(self, service: str) -> Role:
        as_owner = {"DATABASE_URL": self._addresses[service].owner, "APPLICATION_ROLE": service}
        return Role(service, "migrate", {**self._settings(service), **as_owner}, folder=self.folder.root)

    def _settings(self, service: str) -> dict[str, str]:
        asking = [name for name in SERVICES if name != "accounts"]
        keys = {name: self.folder.secret(f"introspection-{name}").decode() for name in asking}
        own = (
            {f"INTROSPECTION_KEY_{name.upper()}": key for name, key in keys.items()}
            | {f"{name.upper()}_URL": self.web[name].address for name in asking if name in self.web}
            if service == "accounts"
            else {"INTROSPECTION_KEY": keys[service], "ACCOUNTS_URL": self.web["accounts"].address}
        )
        return {
            "DATABASE_URL": self._addresses[service].user,
            "SECRET_KEY": self.folder.secret(service).decode(),
            "DEMONSTRATION": "true",
            "HTTPS": "false",
            # Under load a whole partnership is one account here.
            "REQUESTS_PER_ACCOUNT": "10000000",
            "REQUESTS_PER_ORGANISATION": "10000000",
            **own,
            **self._kafka,
            **(self._scoring if service == "scoring" else {}),
        }
