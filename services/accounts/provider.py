"""Client of the partnership's identity provider by OpenID Connect: authorization code flow with PKCE.

OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE), RFC 9207 (issuer).
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from services.accounts.provider_settings import ProviderSettings
from services.platform.errors import BadRequest, Unavailable
from services.platform.i18n import N_

_ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a private key of the provider only. A shared secret or an unsigned token is not accepted."""
_LEEWAY_SECONDS = 10
_ANSWERS_WITHIN_SECONDS = 5.0
_KEYS_ASKED_EVERY_SECONDS = 60.0
_MAX_TOKEN = 16_384


class NotTheProvidersWord(BadRequest):
    """The response does not come from the provider, or does not belong to a request of this browser."""

    title = N_("Sign-in failed")

    def __init__(self) -> None:
        super().__init__(N_("Start again from the sign-in page. If it happens again, tell your administrator."))


class ProviderUnavailable(Unavailable):
    """While the provider is unavailable, sign-in is refused. Open sessions continue."""

    def __init__(self) -> None:
        super().__init__(N_("Your organisation's sign-in is not available. Try again in a minute."))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One sign-in attempt: the browser stores it sealed until the provider redirects back."""

    state: str = field(default_factory=lambda: generate_token(32))
    nonce: str = field(default_factory=lambda: generate_token(32))
    verifier: str = field(default_factory=lambda: generate_token(64))
    next: str = "/"


class Provider:
    """Connects on first use."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._keys_asked_at = 0.0

    def address(self, attempt: Attempt, *, return_to: str) -> str:
        """Returns the URL to redirect to.

        `prompt=login`: on a shared computer, the previous user's session is not reused.
        """
        with self._session(return_to) as session:
            address, _ = session.create_authorization_url(
                self._known("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
                prompt="login",
            )
        return str(address)

    def claims(self, answer: Mapping[str, str], attempt: Attempt, *, return_to: str) -> dict[str, Any]:
        """Returns the claims of the ID token for this response's code. Raises NotTheProvidersWord, ProviderUnavailable."""
        self._check_answer(answer, attempt)
        try:
            with self._session(return_to) as session:
                token = session.fetch_token(
                    self._known("token_endpoint"),
                    code=answer["code"],
                    code_verifier=attempt.verifier,
                    timeout=_ANSWERS_WITHIN_SECONDS,
                )
        except requests.RequestException:
            raise ProviderUnavailable from None
        except (OAuthError, ValueError):
            raise NotTheProvidersWord from None
        return self._checked(token, attempt)

    def _check_answer(self, answer: Mapping[str, str], attempt: Attempt) -> None:
        if answer.get("state") != attempt.state or not answer.get("code") or "error" in answer:
            raise NotTheProvidersWord
        always_says_who = self._known("authorization_response_iss_parameter_supported", default=False)
        if ("iss" in answer or always_says_who) and answer.get("iss") != self._settings.issuer:
            raise NotTheProvidersWord

    def _checked(self, token: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        value = token.get("id_token")
        if not isinstance(value, str) or len(value) > _MAX_TOKEN:
            raise NotTheProvidersWord
        try:
            signed = self._signed(value)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                # Explicit: by default the library accepts another client's token if its `azp` names this client.
                options={
                    "iss": {"essential": True, "values": [self._settings.issuer]},
                    "aud": {"essential": True, "values": [self._settings.client_id]},
                    "nonce": {"essential": True},
                },
                params={"nonce": attempt.nonce, "client_id": self._settings.client_id},
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError):
            raise NotTheProvidersWord from None
        return dict(claims)

    def _signed(self, value: str) -> jwt.Token:
        """Uses the keys that the provider publishes, never one that the token names or contains."""
        try:
            return jwt.decode(value, self._key_set(), algorithms=_ALGORITHMS)
        except InvalidKeyIdError:
            return jwt.decode(value, self._key_set(again=True), algorithms=_ALGORITHMS)

    def _key_set(self, *, again: bool = False) -> KeySet:
        """Returns the provider's keys; fetches them again after a key change, at most once a minute."""
        with self._lock:
            old = time.monotonic() - self._keys_asked_at > _KEYS_ASKED_EVERY_SECONDS
            if self._keys is None or (again and old):
                self._keys = KeySet.import_key_set(
                    cast(KeySetSerialization, _fetched(self._known_unlocked("jwks_uri")))
                )
                self._keys_asked_at = time.monotonic()
            return self._keys

    def _known(self, name: str, **default: Any) -> Any:
        with self._lock:
            return self._known_unlocked(name, **default)

    def _known_unlocked(self, name: str, **default: Any) -> Any:
        """Returns the provider's metadata. Raises ProviderUnavailable, also if the issuer differs."""
        if self._metadata is None:
            found = _fetched(f"{self._settings.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self._settings.issuer:
                raise ProviderUnavailable
            self._metadata = found
        if name not in self._metadata and not default:
            raise ProviderUnavailable
        return self._metadata.get(name, default.get("default"))

    def _session(self, return_to: str) -> OAuth2Session:
        return OAuth2Session(
            self._settings.client_id,
            self._settings.client_secret,
            scope="openid profile",
            redirect_uri=return_to,
            code_challenge_method="S256",
        )


def _fetched(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=_ANSWERS_WITHIN_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise ProviderUnavailable from None
    if not isinstance(found, dict):
        raise ProviderUnavailable
    return found
