"""Settings of accounts. The local sign-in is on in demonstration mode only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from services.accounts.provider_settings import ProviderSettings
from services.platform.auth.claims import MIN_KEY
from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, platform_settings, whole_number

ASKING = ("intake", "scoring", "casework", "oversight")


LIMITS = "accounts.limits"
"""Key in Flask's `app.extensions` under which its pages find the limits."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits that the pages of accounts name and check."""

    token_days: int
    one_time_hours: int
    password_characters: int


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    introspection_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Keys with which each service authenticates for introspection: one, and during a rotation two."""
    max_token_lifetime: timedelta = timedelta(days=90)
    """Maximum lifetime of a bearer token."""
    one_time_password_lifetime: timedelta = timedelta(hours=24)
    """How long a password set by an administrator can be exchanged for one of the person's own."""
    min_password_characters: int = 12
    provider: ProviderSettings | None = None
    """The partnership's own identity provider, if it has one."""
    service_urls: Mapping[str, str] = field(default_factory=dict)
    """Addresses of the other services, for the audit search. Services without an address are not searched."""
    audit_export_max_rows: int = 10_000
    """Maximum audit entries in one file."""

    @property
    def limits(self) -> Limits:
        return Limits(
            token_days=self.max_token_lifetime.days,
            one_time_hours=int(self.one_time_password_lifetime.total_seconds() // 3600),
            password_characters=self.min_password_characters,
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        keys = {service: _keys(environ, f"INTROSPECTION_KEY_{service.upper()}") for service in ASKING}
        platform = platform_settings(environ)
        provider = ProviderSettings.from_environment(environ, demonstration=platform["demonstration"])
        return cls(
            **platform,
            introspection_keys=keys,
            provider=provider,
            one_time_password_lifetime=timedelta(
                hours=whole_number(environ, "ONE_TIME_PASSWORD_HOURS", default=24, minimum=1, maximum=168)
            ),
            min_password_characters=whole_number(environ, "MIN_PASSWORD_CHARACTERS", default=12, minimum=8, maximum=64),
            max_token_lifetime=timedelta(
                days=whole_number(environ, "TOKEN_MAX_DAYS", default=90, minimum=1, maximum=366)
            ),
            service_urls={service: url for service in ASKING if (url := _url(environ, f"{service.upper()}_URL"))},
            audit_export_max_rows=whole_number(
                environ, "AUDIT_EXPORT_MAX_ROWS", default=10_000, minimum=1, maximum=100_000
            ),
        )


def _url(environ: Mapping[str, str], name: str) -> str:
    """Returns the URL in one setting, without a trailing slash, or "". Raises SettingsError."""
    url = environ.get(name, "").rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError(f"The setting {name} must begin with http:// or https://.")
    return url


def _keys(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Returns the keys in one setting, possibly none. Raises SettingsError."""
    keys = tuple(key.strip() for key in environ.get(name, "").split(",") if key.strip())
    if any(len(key) < MIN_KEY for key in keys):
        raise SettingsError(f"Each key of the setting {name} must have at least {MIN_KEY} characters.")
    return keys
