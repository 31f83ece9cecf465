"""Settings come from the environment, secrets from files. A default must be safe in production and may be public."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from services.platform import failpoints

_SECRET_BYTES = 32
_MIN_TOKEN_CHARACTERS = 32


class SettingsError(SystemExit):
    """A setting is missing or unsafe: the process reports it in one sentence and does not start."""


class Process(StrEnum):
    """The kind of process. The command that starts it sets the kind, never the environment."""

    EMBEDDED = "embedded"
    """Embedded mode: everything in one process."""
    WEB = "web"
    WORKER = "worker"
    MIGRATE = "migrate"


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """Maximum requests per minute of signed-in callers."""

    per_account: int
    per_organisation: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        def limit(name: str, default: int) -> int:
            return whole_number(environ, name, default=default, minimum=1, maximum=10_000_000)

        return cls(
            per_account=limit("REQUESTS_PER_ACCOUNT", 600), per_organisation=limit("REQUESTS_PER_ORGANISATION", 6_000)
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of every service. A service with more subclasses this and extends `from_environment`."""

    database_url: str = field(repr=False)
    secret_key: bytes = field(repr=False)
    """At least 32 bytes: keys of this service are derived from it."""
    schema: str | None = None
    demonstration: bool = False
    """Invented people and a local sign-in. Never true in an installation that takes real referrals."""
    trusted_hosts: tuple[str, ...] = ()
    """The host names that this service accepts; any other gets 400."""
    https: bool = True
    unsent_text_lifetime: timedelta = timedelta(hours=48)
    """How long unsent text of a form is stored for the person who typed it."""
    metrics_token: str | None = field(default=None, repr=False)
    """The bearer token that /metrics requires. Without one, /metrics returns 404."""
    session_warning: timedelta = timedelta(minutes=2)
    """How long before a session ends the page asks whether to stay signed in (WCAG 2.2, 2.2.1 needs 20 seconds)."""
    rate_limits: RateLimits | None = None
    """None in embedded mode, which has a single process."""
    audited_failures_per_minute: int = 30
    """Limits per minute of audited refusals of one account, failed sign-ins of one account, and of unknown accounts."""
    process: Process = Process.EMBEDDED

    def __post_init__(self) -> None:
        if len(self.secret_key) < _SECRET_BYTES:
            raise SettingsError(f"The secret key must be at least {_SECRET_BYTES} bytes long.")
        if self.metrics_token is not None and len(self.metrics_token) < _MIN_TOKEN_CHARACTERS:
            raise SettingsError(f"The setting METRICS_TOKEN must have at least {_MIN_TOKEN_CHARACTERS} characters.")
        if failpoints.armed() and not self.demonstration:
            raise SettingsError(f"{failpoints.VARIABLE} may be set in demonstration mode only.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        return cls(**platform_settings(environ))


def environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment and the folder that SECRETS_FOLDER names: the name of each file in it is the name of a setting.

    Raises SettingsError where both define a name, since it is ambiguous which one applies.
    """
    folder = environ.get("SECRETS_FOLDER")
    if not folder:
        return environ
    try:
        # Kubernetes stores its own links beside the files, named with a dot.
        secrets = {
            path.name: path.read_text(encoding="utf-8").strip()
            for path in Path(folder).iterdir()
            if not path.name.startswith(".") and path.is_file()
        }
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The folder that SECRETS_FOLDER names cannot be read.") from None
    if twice := sorted(secrets.keys() & environ.keys()):
        raise SettingsError(f"Set both as a file and in the environment: {', '.join(twice)}.")
    return {**environ, **secrets}


def platform_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Returns the fields of `Settings` from the environment, for the constructor. Raises SettingsError."""
    return {
        "database_url": required(environ, "DATABASE_URL"),
        "secret_key": required(environ, "SECRET_KEY").encode(),
        "schema": environ.get("DATABASE_SCHEMA"),
        "demonstration": flag(environ, "DEMONSTRATION"),
        "trusted_hosts": tuple(filter(None, environ.get("TRUSTED_HOSTS", "").split(","))),
        "https": flag(environ, "HTTPS", default=True),
        "unsent_text_lifetime": timedelta(
            hours=whole_number(environ, "UNSENT_TEXT_HOURS", default=48, minimum=1, maximum=168)
        ),
        "metrics_token": environ.get("METRICS_TOKEN") or None,
        "session_warning": timedelta(
            seconds=whole_number(environ, "SESSION_WARNING_SECONDS", default=120, minimum=20, maximum=600)
        ),
        "audited_failures_per_minute": whole_number(
            environ, "AUDITED_FAILURES_PER_MINUTE", default=30, minimum=1, maximum=1_000
        ),
        "rate_limits": RateLimits.from_environment(environ),
    }


def required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"The setting {name} is missing.")
    return value


def flag(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = environ.get(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise SettingsError(f"The setting {name} must be true or false.")
    return value == "true"


def whole_number(environ: Mapping[str, str], name: str, *, default: int, minimum: int, maximum: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and minimum <= int(text) <= maximum):
        raise SettingsError(f"The setting {name} must be a whole number from {minimum} to {maximum}.")
    return int(text)


def lines(environ: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """Returns the lines of a multi-line setting; None when it is not set."""
    found = tuple(line.strip() for line in environ.get(name, "").splitlines() if line.strip())
    return found or None


def named_lines(environ: Mapping[str, str], name: str) -> Mapping[str, str] | None:
    """Returns the lines of `name: value`, in their order; None when the setting is not set."""
    given = lines(environ, name)
    if given is None:
        return None
    parts = [line.rpartition(":") for line in given]
    if not all(key.strip() and value.strip() for key, _colon, value in parts):
        raise SettingsError(f"Each line of the setting {name} must be a name, a colon and a value.")
    return {key.strip(): value.strip() for key, _colon, value in parts}


def host_and_port(environ: Mapping[str, str]) -> tuple[str, int]:
    """Returns the address that this process listens on: HOST and PORT."""
    return environ.get("HOST") or "127.0.0.1", whole_number(environ, "PORT", default=8000, minimum=1, maximum=65535)
