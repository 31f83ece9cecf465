"""Resolves the caller's identity by asking accounts over HTTP (RFC 7662)."""

import base64
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import structlog

from services.platform.auth import claims
from services.platform.auth.claims import BEARER, MIN_KEY, PATH, SESSION
from services.platform.auth.identity import Identity
from services.platform.clock import Clock, system_clock
from services.platform.errors import Unavailable
from services.platform.i18n import N_
from services.platform.settings import SettingsError, required

# Imported on use: the import opens a socket, to detect IPv6.
if TYPE_CHECKING:
    import urllib3

CACHE_SECONDS = 15.0

_SECONDS = 2.0
_MAX_CACHED = 10_000
_MAX_SECRET = 200

_log = structlog.get_logger()


class IdentityUnavailable(Unavailable):
    """Accounts did not identify the caller. The caller is neither let in nor treated as signed out."""

    def __init__(self) -> None:
        super().__init__(N_("We cannot confirm who you are at the moment. Nothing was changed. Try again in a minute."))


@dataclass(frozen=True, kw_only=True)
class IntrospectionSettings:
    address: str
    """The address of accounts, without a path: http://accounts-web:8000."""
    service: str
    key: str = field(repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, service: str) -> Self:
        """Raises SettingsError."""
        address, key = required(environ, "ACCOUNTS_URL"), required(environ, "INTROSPECTION_KEY")
        if not address.startswith(("http://", "https://")):
            raise SettingsError("The setting ACCOUNTS_URL must begin with http:// or https://.")
        if len(key) < MIN_KEY:
            raise SettingsError(f"The setting INTROSPECTION_KEY must have at least {MIN_KEY} characters.")
        return cls(address=address.rstrip("/"), service=service, key=key)


class IntrospectedIdentities:
    """The identity port between processes. Caches a response for at most 15 seconds, the delay of a sign-out.

    Thread-safe. Created after a fork; connects on first use.
    """

    def __init__(
        self,
        settings: IntrospectionSettings,
        *,
        clock: Clock = system_clock,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        credential = base64.b64encode(f"{settings.service}:{settings.key}".encode()).decode()
        self._url = settings.address + PATH
        self._headers = {
            "Authorization": f"Basic {credential}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._clock = clock
        self._elapsed = elapsed
        self._cached: OrderedDict[bytes, tuple[float, Identity | None]] = OrderedDict()
        self._lock = threading.Lock()

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        """Returns the holder of this secret, or None if it is invalid or expired. Raises IdentityUnavailable."""
        kind, secret = (SESSION, session) if bearer is None else (BEARER, bearer)
        if not secret or not secret.isascii() or len(secret) > _MAX_SECRET:
            return None
        key = hashlib.sha256(f"{kind} {secret}".encode("utf-8", "replace")).digest()
        asked_at = self._elapsed()
        with self._lock:
            until, identity = self._cached.get(key, (0.0, None))
        if asked_at < until:
            return identity
        identity, seconds = self._read(self._ask(kind, secret), kind)
        self._cache(key, asked_at + seconds, identity)
        return identity

    def _read(self, answer: Mapping[str, Any], kind: str) -> tuple[Identity | None, float]:
        """Returns the identity, and for how many seconds to cache it: never longer than its secret is valid."""
        try:
            if answer["active"] is not True or answer["token_type"] != kind:
                return None, CACHE_SECONDS
            remaining = answer["exp"] - self._clock().timestamp()
            return claims.read(answer), min(CACHE_SECONDS, remaining)
        except (AttributeError, KeyError, TypeError, ValueError):
            _log.error("introspection_unreadable")
            raise IdentityUnavailable from None

    def _cache(self, key: bytes, until: float, identity: Identity | None) -> None:
        with self._lock:
            self._cached[key] = (until, identity)
            self._cached.move_to_end(key)
            if len(self._cached) > _MAX_CACHED:
                self._cached.popitem(last=False)

    @cached_property
    def _pool(self) -> "urllib3.PoolManager":
        import urllib3

        return urllib3.PoolManager(maxsize=16, timeout=urllib3.Timeout(total=_SECONDS), retries=False)

    def _ask(self, kind: str, secret: str) -> Mapping[str, Any]:
        response = self._posted({"token": secret, "token_type_hint": kind})
        if response.status != 200:
            _log.error("introspection_refused", status=response.status)
            raise IdentityUnavailable
        try:
            answer = json.loads(response.data)
        except ValueError:
            _log.error("introspection_unreadable")
            raise IdentityUnavailable from None
        return answer if isinstance(answer, Mapping) else {}

    def _posted(self, form: dict[str, str]) -> "urllib3.BaseHTTPResponse":
        import urllib3

        with suppress(urllib3.exceptions.ProtocolError):
            return self._post(form)
        # A pooled connection may be closed just as it is used: retries once on another.
        try:
            return self._post(form)
        except urllib3.exceptions.ProtocolError:
            raise IdentityUnavailable from None

    def _post(self, form: dict[str, str]) -> "urllib3.BaseHTTPResponse":
        import urllib3

        try:
            return self._pool.request("POST", self._url, body=urlencode(form), headers=self._headers, redirect=False)
        except urllib3.exceptions.ProtocolError:
            raise
        except urllib3.exceptions.HTTPError as error:
            _log.error("introspection_failed", error=type(error).__name__)
            raise IdentityUnavailable from None
