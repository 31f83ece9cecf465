"""Settings of the partnership's identity provider, if it has one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from services.platform.settings import SettingsError, required


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, demonstration: bool) -> Self | None:
        """Returns None if the environment does not name a provider. Raises SettingsError."""
        issuer = environ.get("OIDC_ISSUER", "")
        if not issuer:
            return None
        if urlsplit(issuer).scheme != "https" and not demonstration:
            raise SettingsError("The setting OIDC_ISSUER must begin with https.")
        return cls(
            issuer=issuer,
            client_id=required(environ, "OIDC_CLIENT_ID"),
            client_secret=required(environ, "OIDC_CLIENT_SECRET"),
        )
