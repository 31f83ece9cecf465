"""Which settings each process reads, by letting the code read them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from services.platform.auth.introspection import IntrospectionSettings
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.operations import tracing
from services.platform.settings import Settings, SettingsError
from services.platform.web.server import WebSettings


class Recorder(Mapping[str, str]):
    """An environment that notes what it is asked for, whether it has it or not."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.asked: set[str] = set()
        self._values = values

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def start(service: str, role: str, environ: Mapping[str, str]) -> None:
    """Read every setting as the role does (services/platform/process_cli.py), and begin nothing. Raises SettingsError."""
    settings: type[Settings] = import_module(f"services.{service}.settings").Settings
    settings.from_environment(environ)
    if role == "web":
        WebSettings.from_environment(environ)
        if service != "accounts":
            IntrospectionSettings.from_environment(environ, service=service)
    if role == "worker":
        KafkaSettings.from_environment(environ)
        WebSettings.from_environment(environ)  # its port, for probes and metrics
    for name in {"web": (tracing.ADDRESS,), "worker": (tracing.ADDRESS,), "migrate": ("APPLICATION_ROLE",)}[role]:
        environ.get(name)


def reads(service: str, role: str) -> frozenset[str]:
    """The names that the role asks for, given no more than it must have."""
    recorder = Recorder(_MIN)
    with suppress(SettingsError):
        start(service, role, recorder)
    return frozenset(recorder.asked | {"SECRETS_FOLDER"})


_MIN: Mapping[str, Any] = {
    "DATABASE_URL": "postgresql+psycopg://nobody@localhost/none",
    "SECRET_KEY": "x" * 64,
    "OIDC_ISSUER": "https://identity.example.org",
    "OIDC_CLIENT_ID": "waymark",
    "OIDC_CLIENT_SECRET": "x" * 64,
    "ACCOUNTS_URL": "http://accounts-web:8000",
    "INTROSPECTION_KEY": "x" * 64,
    "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
    "KAFKA_SASL_USERNAME": "nobody",
    "KAFKA_SASL_PASSWORD": "x" * 64,
}
