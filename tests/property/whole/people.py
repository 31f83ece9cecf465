"""A whole Waymark with drawn staff in it: who there is, as the accounts have them, and their way in."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.accounts.scopes import EVERY
from services.accounts.staff import AddMember, ChangeMember
from services.accounts.teams import AddTeam
from services.accounts.tokens import IssueToken
from services.contracts.codes import OrganisationClass, RecipientClass
from services.platform.ui import dates
from tests.property.whole import draw as drawn
from tests.property.whole.draw import Draw, Rights
from tests.property.whole.marks import Marks
from tests.property.whole.rule import Member, Referral, Rule, Thing
from tests.world import Caller, World, a_world

_BEGINS = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = _BEGINS

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: int) -> None:
        self.now += timedelta(**time)

    @property
    def day(self) -> date:
        return dates.local(self.now).date()


@dataclass(repr=False)
class Whole:
    """The system, who is in it, and what a test knows of all that happened there."""

    world: World
    clock: Clock
    draw: Draw
    staff: dict[UUID, Member] = field(default_factory=dict)
    drawn: list[UUID] = field(default_factory=list)
    """Whom the walk goes with: all but the demonstration's staff, who act where nobody else may."""
    callers: dict[UUID, Caller] = field(default_factory=dict)
    referrals: dict[int, Referral] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    drafts: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    """Id, whose, and a word of it."""
    matches: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    estimates: list[UUID] = field(default_factory=list)

    @property
    def chance(self) -> Random:
        return self.draw.chance

    @property
    def rule(self) -> Rule:
        return Rule(self.clock.day)

    def may(self, member: Member, thing: Thing) -> bool:
        return self.rule.may(member, thing, self.referrals)

    def somebody(self, who: Callable[[Member], bool]) -> UUID | None:
        """Anybody of whom that holds, rather one who was drawn."""
        found = [member.id for member in self.staff.values() if who(member)]
        rather = [one for one in found if one in self.drawn] or found
        return self.chance.choice(rather) if rather else None

    def rows(self, service: str, table: str, **where: Any) -> Sequence[sa.Row[Any]]:
        of = self.world.system.services[service]
        columns = of.metadata.tables[table].c
        asked = sa.select(*columns).where(*(columns[name] == value for name, value in where.items()))
        with of.database.read() as connection:
            return connection.execute(asked).all()

    def learn_staff(self) -> None:
        """Take over who there is, as the accounts have them now."""
        organisations = {row.id: row.organisation_class for row in self.rows("accounts", "organisations")}
        held = {
            (table, row.staff_id): frozenset(getattr(other, column) for other in rows if other.staff_id == row.staff_id)
            for table, column in (("staff_roles", "role"), ("staff_teams", "team_id"), ("staff_areas", "area"))
            for rows in [self.rows("accounts", table)]
            for row in rows
        }
        for row in sorted(self.rows("accounts", "staff"), key=lambda row: row.sign_in_name):
            self.staff[row.id] = Member(
                id=row.id,
                organisation=row.organisation_id,
                organisation_class=organisations[row.organisation_id],
                roles=held.get(("staff_roles", row.id), frozenset()),
                teams=held.get(("staff_teams", row.id), frozenset()),
                areas=held.get(("staff_areas", row.id), frozenset()),
            )

    def change(self, staff_id: UUID, rights: Rights) -> None:
        """The administrator gives somebody other rights; the organisation stays."""
        found = self.rows("accounts", "staff", id=staff_id)[0]
        command = ChangeMember(
            staff_id=staff_id,
            expected_version=found.version,
            active=True,
            roles=rights.roles,
            teams=frozenset(map(self._team, rights.teams)),
            areas=rights.areas,
        )
        self.world.system.services["accounts"].dispatcher.handle(command, actor=None)
        # Other roles end the tokens of before.
        self._give_token(staff_id)

    def _give_token(self, staff_id: UUID) -> None:
        command = IssueToken(staff_id=staff_id, scopes=EVERY, lifetime=timedelta(days=90))
        token = self.world.system.services["accounts"].dispatcher.handle(command, actor=None)
        self.callers[staff_id] = Caller(client=self.world.anyone(), token=token)

    def people(self) -> None:
        """Organisations and teams beside the demonstration's, everybody who is drawn, and a way in for all."""
        accounts = self.world.system.services["accounts"]
        with accounts.database.write() as connection:
            table = accounts.metadata.tables["organisations"]
            for code, kind in drawn.MORE_ORGANISATIONS.items():
                row = {"code": code, "name": code, "organisation_class": OrganisationClass(kind)}
                connection.execute(sa.insert(table).values(id=uuid4(), **row))
        for code, organisation in drawn.MORE_TEAMS.items():
            areas = self.chance.sample(drawn.AREAS, self.chance.choice((2, 3)))
            accounts.dispatcher.handle(
                AddTeam(
                    code=code,
                    name=code,
                    team_class=RecipientClass(drawn.TEAMS[code]),
                    organisation_id=self._organisation(organisation),
                    areas=frozenset(areas),
                    age_from=8,
                    age_to=25,
                ),
                actor=None,
            )
        for place, rights in enumerate(self.draw.staff()):
            self.drawn.append(accounts.dispatcher.handle(self._addition(place, rights), actor=None))
        self.learn_staff()
        for staff_id in self.staff:
            self._give_token(staff_id)
        self.world.drain()

    def _addition(self, place: int, rights: Rights) -> AddMember:
        return AddMember(
            sign_in_name=f"drawn-{place}",
            display_name=f"Drawn {place}",
            organisation_id=self._organisation(rights.organisation),
            roles=rights.roles,
            teams=frozenset(map(self._team, rights.teams)),
            areas=rights.areas,
        )

    def _organisation(self, code: str) -> UUID:
        found: UUID = self.rows("accounts", "organisations", code=code)[0].id
        return found

    def _team(self, code: str) -> UUID:
        found: UUID = self.rows("accounts", "teams", code=code)[0].id
        return found


@contextmanager
def a_whole(root: Path, seed: int, *, database_url: Callable[[str], str] | None = None) -> Iterator[Whole]:
    """A system with the staff that this seed draws, and nothing referred yet."""
    clock = Clock()
    with a_world(root, database_url=database_url, clock=clock) as world:
        world.system.do_not_wait_for_the_disk()
        whole = Whole(world=world, clock=clock, draw=Draw(Random(seed), on=clock.day))  # noqa: S311 (no secret)
        whole.people()
        yield whole
