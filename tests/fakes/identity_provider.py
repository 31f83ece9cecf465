"""An identity provider on a loopback port: OpenID Connect as a browser and a client meet it, and as bent as a test wants."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "waymark"
CLIENT_SECRET = "a secret of the tests alone"  # pragma: allowlist secret


@dataclass
class FakeProvider:
    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    claims: dict[str, Any] = field(default_factory=dict)
    """What the ID token says besides, or instead of, what it should."""
    sign: "Callable[[FakeProvider, dict[str, Any]], str] | None" = None
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    codes: dict[str, str] = field(default_factory=dict)
    """The nonce of each code that was not used yet."""

    def code(self, nonce: str) -> str:
        """What the browser brings back once its person has signed in."""
        made = f"code-{len(self.asked)}-{len(self.codes)}"
        self.codes[made] = nonce
        return made

    def token(self, code: str) -> dict[str, Any] | None:
        """The answer of the token endpoint; None for a code that is not known or was used."""
        nonce = self.codes.pop(code, None)
        if nonce is None:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "the-subject",
            "nonce": nonce,
            "iat": now,
            "exp": now + 60,
            "name": "Noor Navigator",
            "preferred_username": "noor",
            "groups": ["waymark:organisation:hospital", "waymark:role:navigator", "waymark:area:northside"],
        }
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        signed = self.sign(self, claims) if self.sign else self.signed(claims)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}

    def signed(self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: RSAKey | None = None) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one", **(header or {})}, claims, key or self.key)

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        token = self.token(form.get("code", [""])[0])
        return (200, token) if token else (400, {"error": "invalid_grant"})


@contextmanager
def a_provider() -> Iterator[FakeProvider]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _answer(self, form: dict[str, list[str]]) -> None:
            status, body = provider.answer(self.path, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        provider = FakeProvider(issuer=f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


def unsigned(_provider: FakeProvider, claims: dict[str, Any], *, alg: str = "none") -> str:
    """A token that nobody signed."""
    parts = [json.dumps({"alg": alg}), json.dumps(claims)]
    return ".".join([base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts] + [""])
