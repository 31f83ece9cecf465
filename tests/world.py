"""A whole Waymark for tests: every service built as `make run` builds it, with a tiny model and no thread running."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from werkzeug.test import Client, TestResponse

from devtools.revisions import make_tables
from services.accounts.tokens import USUAL_LIFETIME
from services.embedded import staff
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.clock import Clock, system_clock
from tests.factories import small_model

BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One account that uses the APIs with its bearer token."""

    client: Client
    token: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, body: object = None, *, key: str | None = None, **options: Any) -> TestResponse:
        """A creating call, with a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or str(uuid4()), **options.pop("headers", {})}
        return self.send("POST", path, body, headers=headers, **options)

    def post_as_read(self, of: str, what: str, body: object, *, key: str | None = None) -> TestResponse:
        """Change what stands at `of` as somebody who has just read it."""
        return self.post(f"{of}/{what}", body, key=key, headers={"If-Match": self.get(of).headers.get("ETag", "")})

    def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> TestResponse:
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            options = {"data": raw, "content_type": "application/json"} | options
        all_headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(path, method=method, base_url=BASE, headers=all_headers, **options)


@dataclass(frozen=True, kw_only=True)
class World:
    system: System
    folder: Folder

    def anyone(self) -> Client:
        """A client without cookies, a token, or memory."""
        return Client(self.system.app, use_cookies=False)

    def browser(self) -> Client:
        """A client that keeps its cookies."""
        return Client(self.system.app)

    def caller(self, user: str, *, lifetime: timedelta = USUAL_LIFETIME) -> Caller:
        """The demonstration user with this sign-in name, by token."""
        return Caller(client=self.anyone(), token=staff.token(self.system, user, lifetime=lifetime))

    def figures(self, address: str) -> TestResponse:
        """The answer to whoever reads the metrics at this address."""
        headers = {"Authorization": f"Bearer {self.folder.metrics_token}"}
        return self.anyone().get(address, base_url=BASE, headers=headers)

    def drain(self) -> None:
        self.system.drain()

    def example(self, service: str, path: str, method: str = "post") -> dict[str, Any]:
        """The complete example body that the service's OpenAPI document gives for an operation."""
        document = self.anyone().get(f"/{service}/api/v1/openapi.json", base_url=BASE).get_json()
        content = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        example: dict[str, Any] = content["example"]
        return example


@contextmanager
def a_world(
    root: Path,
    *,
    database_url: Callable[[str], str] | None = None,
    clock: Clock = system_clock,
    models: Path | None = None,
) -> Iterator[World]:
    """Built, migrated, staffed and able to estimate: with the model kept in `models`, or else a tiny one.

    Its databases are where `database_url` says, else files in `root`.
    """
    folder = Folder(root)
    if models is None:
        small_model.save(folder.models)
    else:
        shutil.copytree(models, folder.models)
    system = embedded.build(folder, clock=clock, database_url=database_url)
    for service in system.services.values():
        make_tables(service)
    staff.load(system, folder)
    system.drain()
    yield World(system=system, folder=folder)
    system.close()
