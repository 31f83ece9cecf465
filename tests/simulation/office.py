"""The staff of the simulation, their clock, and how they use the system: through its APIs and pages alone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.accounts.scopes import EVERY
from services.accounts.staff import AddMember, ChangeMember
from services.accounts.tokens import IssueToken
from services.contracts.codes import Role
from tests.world import Caller, World, a_world

BEGINS = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_WORKERS = (Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER)
_LOOKS_LIKE = {
    "reviewer": ("reviewer-three", "reviewer-four"),
    "reviewer-west": ("reviewer-west-two", "reviewer-west-three"),
    "youth-justice-caseworker": ("youth-justice-caseworker-two",),
    "early-intervention-caseworker": ("early-intervention-caseworker-two", "early-intervention-caseworker-three"),
}
"""Beside the demonstration's staff: colleagues with the same rights, so that somebody can leave."""


@dataclass
class Clock:
    now: datetime = BEGINS

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True, kw_only=True)
class Member:
    id: UUID
    name: str
    roles: frozenset[str]
    teams: frozenset[UUID]
    areas: frozenset[str]
    caller: Caller

    @property
    def reviews(self) -> bool:
        return Role.REVIEWER in self.roles

    @property
    def works_cases(self) -> bool:
        return bool(self.roles.intersection(_WORKERS))

    @property
    def manages(self) -> bool:
        return Role.TEAM_MANAGER in self.roles


@dataclass
class Office:
    """`active` are the members who can sign in now, by name."""

    world: World
    clock: Clock
    chance: Random
    active: dict[str, Member] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    """How often a request got this status, by what was asked: a colleague was quicker, or a rule said no."""

    def rows(self, service: str, table: str, **where: Any) -> list[sa.Row[Any]]:
        of = self.world.system.services[service]
        columns = of.metadata.tables[table].c
        asked = sa.select(*columns).where(*(columns[name] == value for name, value in where.items()))
        with of.database.read() as connection:
            return list(connection.execute(asked).all())

    def who(self, holds: Callable[[Member], bool]) -> list[Member]:
        return [member for member in self.active.values() if holds(member)]

    def taken(self, what: str, response: TestResponse) -> bool:
        """Whether it was accepted. A fault of the system itself ends the simulation."""
        assert response.status_code < 500, (what, response.status_code, response.get_data(as_text=True)[:2000])
        if response.status_code < 400:
            return True
        name = f"{what}: {response.status_code}"
        self.refused[name] = self.refused.get(name, 0) + 1
        return False

    def everything(self, caller: Caller, path: str, *names: str) -> list[dict[str, Any]]:
        """A whole list, all its pages: the items, and what else its first page has under these names."""
        found: list[dict[str, Any]] = []
        address = f"{path}{'&' if '?' in path else '?'}limit=100"
        cursor = ""
        while True:
            response = caller.get(address + cursor)
            assert response.status_code == 200, (path, response.status_code, response.get_data(as_text=True)[:500])
            page: dict[str, Any] = response.get_json()
            found += page["items"] + [one for name in names if not cursor for one in page[name]]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def leaves(self, member: Member) -> None:
        """The administrator switches the account off. What the member holds is the system's to settle."""
        row = self.rows("accounts", "staff", id=member.id)[0]
        command = ChangeMember(
            staff_id=member.id,
            expected_version=row.version,
            active=False,
            roles=frozenset(map(Role, member.roles)),
            teams=member.teams,
            areas=member.areas,
        )
        self.world.system.services["accounts"].dispatcher.handle(command, actor=None)
        del self.active[member.name]

    def joins(self, name: str, like: str) -> None:
        rights = self._rights_of(like)
        staff_id = self.world.system.services["accounts"].dispatcher.handle(
            AddMember(
                sign_in_name=name,
                display_name=name.replace("-", " ").title(),
                organisation_id=rights["organisation_id"],
                roles=frozenset(map(Role, rights["roles"])),
                teams=rights["teams"],
                areas=rights["areas"],
            ),
            actor=None,
        )
        self._learn(staff_id, name)

    def learn_everybody(self) -> None:
        for row in self.rows("accounts", "staff"):
            if row.active:
                self._learn(row.id, row.sign_in_name)

    def _learn(self, staff_id: UUID, name: str) -> None:
        accounts = self.world.system.services["accounts"]
        token = accounts.dispatcher.handle(
            IssueToken(staff_id=staff_id, scopes=EVERY, lifetime=timedelta(days=90)), actor=None
        )
        rights = self._rights_of(name)
        self.active[name] = Member(
            id=staff_id,
            name=name,
            roles=frozenset(rights["roles"]),
            teams=rights["teams"],
            areas=rights["areas"],
            caller=Caller(client=self.world.anyone(), token=token),
        )

    def _rights_of(self, name: str) -> Mapping[str, Any]:
        row = self.rows("accounts", "staff", sign_in_name=name)[0]
        held = {
            "roles": [one.role for one in self.rows("accounts", "staff_roles", staff_id=row.id)],
            "teams": [one.team_id for one in self.rows("accounts", "staff_teams", staff_id=row.id)],
            "areas": [one.area for one in self.rows("accounts", "staff_areas", staff_id=row.id)],
        }
        return {"organisation_id": row.organisation_id} | {key: frozenset(values) for key, values in held.items()}


@contextmanager
def an_office(root: Path, seed: int) -> Iterator[Office]:
    clock = Clock()
    with a_world(root, clock=clock) as world:
        world.system.do_not_wait_for_the_disk()
        office = Office(world=world, clock=clock, chance=Random(seed))  # noqa: S311 (no secret is made)
        for like, names in _LOOKS_LIKE.items():
            for name in names:
                office.joins(name, like)
        office.learn_everybody()
        world.drain()
        yield office
