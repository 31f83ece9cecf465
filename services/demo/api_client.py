"""HTTP client of the demonstration users: each request goes through the web application with the user's token."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from werkzeug.test import Client, TestResponse

from services.embedded import staff
from services.embedded.system import System
from services.platform.clock import Clock

_BASE = "http://127.0.0.1"
_A_DAY = timedelta(days=1)


class RequestRefused(RuntimeError):
    """The system refused a request of the demonstration."""


class ApiClient:
    def __init__(self, system: System, clock: Clock) -> None:
        self._system = system
        self._clock = clock
        self._client = Client(system.app, use_cookies=False)
        self._tokens: dict[str, tuple[str, datetime]] = {}
        """Of each user, their token and when it was issued."""

    def now(self) -> datetime:
        return self._clock()

    def get(self, user: str, path: str) -> Any:
        return self._sent(user, "GET", path).get_json()

    def create(self, user: str, path: str, body: object) -> str:
        """Creates a resource. Returns its address."""
        return self._sent(user, "POST", path, body, {"Idempotency-Key": str(uuid4())}).location

    def change(self, user: str, path: str, body: object, *, method: str = "POST", of: str | None = None) -> Any:
        """Changes the current version of the resource at `of`, by default the path itself."""
        etag = self._sent(user, "GET", of or path).headers.get("ETag", "")
        headers = {"If-Match": etag, "Idempotency-Key": str(uuid4())}
        return self._sent(user, method, path, body, headers).get_json()

    def fill_in(self, user: str, path: str, **answers: str) -> None:
        """Submits a page's form."""
        headers = {"Authorization": f"Bearer {self._token(user)}"}
        form = {"key": str(uuid4()), **answers}
        _accepted(path, self._client.post(path, data=form, headers=headers, base_url=_BASE))

    def _sent(
        self, user: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        options: dict[str, Any] = {}
        if body is not None:
            options = {"data": json.dumps(body), "content_type": "application/json"}
        all_headers = {"Authorization": f"Bearer {self._token(user)}", **(headers or {})}
        return _accepted(path, self._client.open(path, method=method, headers=all_headers, base_url=_BASE, **options))

    def _token(self, user: str) -> str:
        """Returns a token; a new one is issued each day, as by a sign-in."""
        token, issued_at = self._tokens.get(user, ("", datetime.min.replace(tzinfo=UTC)))
        if self._clock() - issued_at >= _A_DAY:
            token = staff.token(self._system, user, lifetime=_A_DAY)
            self._tokens[user] = token, self._clock()
        return token


def _accepted(path: str, response: TestResponse) -> TestResponse:
    if response.status_code >= 400:
        raise RequestRefused(f"{path} answered {response.status_code}: {response.get_data(as_text=True)[:2000]}")
    return response
