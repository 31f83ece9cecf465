"""The deployments of a whole system, and how a test knocks: one referral, changed at one place."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.world import Caller, World

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
PROBLEM = "application/problem+json"

Check = Callable[["Deployment"], None]
ROWS: dict[int, Check] = {}


def row(number: int) -> Callable[[Check], Check]:
    """Marks the check of one row of the list."""

    def mark(check: Check) -> Check:
        assert number not in ROWS, f"row {number} is checked twice"
        ROWS[number] = check
        return check

    return mark


class SetClock:
    """The time that the system is told. It stands still unless a test moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, kw_only=True)
class Deployment:
    world: World
    clock: SetClock

    @property
    def navigator(self) -> Caller:
        return self.world.caller("navigator")

    @property
    def reviewer(self) -> Caller:
        return self.world.caller("reviewer")

    def read(self, where: str) -> dict[str, Any]:
        """What the navigator reads at this address."""
        response = self.navigator.get(where)
        assert response.status_code == 200, response.get_data(as_text=True)
        found: dict[str, Any] = response.get_json()
        return found

    def refer(self, body: object, **options: Any) -> TestResponse:
        return self.navigator.post(REFERRALS, body, **options)

    def refer_with(self, place: str, value: object) -> TestResponse:
        """Make the plain referral, but with `value` at a place such as "young_person/name"."""
        return self.refer(changed(place, value))

    @contextmanager
    def at(self, timestamp: datetime) -> Iterator[None]:
        """Let it be another time. Tokens are those of that time."""
        before, self.clock.at = self.clock.at, timestamp
        try:
            yield
        finally:
            self.clock.at = before

    def referrals(self) -> int:
        """How many referrals intake holds."""
        intake = self.world.system.services["intake"]
        with intake.database.read() as connection:
            count = sa.select(sa.func.count()).select_from(intake.metadata.tables["referrals"])
            return connection.execute(count).scalar_one()


def plain() -> dict[str, Any]:
    """The least that makes a referral: a nickname, about fifteen, a knife injury."""
    return {
        "young_person": {"name": "Rowan Example", "age_about": 15},
        "what_happened": ["knife_or_sharp_object"],
        "immediate_danger": "no",
        "contact": {"safe": ["not_known"]},
        "bases": [{"recipient_class": "triage", "basis": "safeguarding"}],
    }


def changed(place: str, value: object) -> dict[str, Any]:
    body = copy.deepcopy(plain())
    *folders, name = place.split("/")
    inner = body
    for folder in folders:
        inner = inner.setdefault(folder, {})
    inner[name] = value
    return body


def accepted(response: TestResponse) -> str:
    """The address of the referral that was made."""
    assert response.status_code == 202, response.get_data(as_text=True)
    return str(response.location)


def refused(response: TestResponse, status: int, *, at: str | None = None, never: str = "") -> None:
    """A problem in our form, with the field that is wrong, and without the value that was sent."""
    said = response.get_data(as_text=True)
    assert response.status_code == status, f"{response.status_code}: {said}"
    assert response.mimetype == PROBLEM
    assert "no-store" in response.headers["Cache-Control"]
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:")
    assert problem["instance"].startswith("urn:uuid:")
    assert not never or never not in said
    if status == 422:
        assert all(error["detail"] for error in problem["errors"])
    if at is not None:
        assert f"/{at}" in [error["pointer"] for error in problem["errors"]], said
