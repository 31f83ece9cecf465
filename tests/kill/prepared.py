"""An empty, staffed system with a model, ready to be started; made once, and copied for each test."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.kill.process import Sent, Stored
from tests.world import World, a_world

REFERRALS = "/intake/api/v1/referrals"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    stored: Stored
    navigator: str
    body: Mapping[str, Any]

    def copied_to(self, folder: Path) -> "Prepared":
        shutil.copytree(self.stored.folder, folder, dirs_exist_ok=True)
        return Prepared(stored=Stored(folder=folder), navigator=self.navigator, body=self.body)

    def referrals(self, count: int) -> list[Sent]:
        """Referrals not sent yet, each of another young person."""
        return [self._of_somebody() for _ in range(count)]

    def _of_somebody(self) -> Sent:
        key = uuid4()
        person = {"name": f"Person {key.hex}", "age_about": 15}
        # Nobody's number is known, so none is safe to call.
        contact = {"safe": ["face_to_face"]}
        body = json.dumps({**self.body, "young_person": person, "contact": contact}).encode()
        return Sent(path=REFERRALS, token=self.navigator, key=str(key), body=body)


@contextmanager
def prepared(folder: Path, *, database_url: Callable[[str], str] | None = None) -> Iterator[tuple[Prepared, World]]:
    """With the world that is prepared, to bring it further before it is started; it is closed when the block ends."""
    urls: dict[str, str] = {}

    def remembered(service: str) -> str:
        urls[service] = urls.get(service) or (database_url or str)(service)
        return urls[service]

    with a_world(folder, database_url=remembered if database_url else None) as world:
        made = Prepared(
            stored=Stored(folder=folder, databases=urls),
            navigator=world.caller("navigator").token,
            body=world.example("intake", REFERRALS),
        )
        # Whoever is given a token counts as signed in: that is sent before anything is killed, which is not about it.
        world.drain()
        yield made, world
