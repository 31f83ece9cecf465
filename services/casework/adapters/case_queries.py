"""The lists of cases. Need-to-know is part of every query: what a reader may not know is not read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_queries import open_reasons
from services.casework.adapters.alarm_scope import is_raised_for
from services.casework.adapters.case_scope import knows
from services.casework.adapters.case_tables import cases
from services.casework.adapters.changes import unread_in_case
from services.casework.adapters.holders import cannot_work
from services.casework.adapters.review_tables import follow_ups
from services.casework.adapters.same_person import has_another
from services.casework.adapters.tables import identities, referrals, staff, teams
from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.todays_age import todays_age
from services.contracts.codes import HAND_OVERS, Answer, Pathway

Cursor = tuple[bool, bool, datetime, UUID]
"""Where a row stands in a list: whether no alarm is raised, whether its first contact is made, its due time, its id."""


class Tab(StrEnum):
    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    HAND_OVERS = "hand-overs"
    CLOSED = "closed"


class Status(StrEnum):
    OVERDUE = "overdue"
    WAITING = "waiting_for_first_contact"
    IN_CONTACT = "in_contact"


@dataclass(frozen=True, kw_only=True)
class CaseList:
    """Which list, filtered how. Contact is known of a case that the reader knows whole, so that filter finds only those."""

    tab: Tab
    status: Status | None = None
    owner_id: UUID | None = None

    @property
    def is_filtered(self) -> bool:
        return self.status is not None or self.owner_id is not None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """What a team knows of a case. The last six are None unless the reader knows it whole."""

    id: UUID
    referral_id: UUID
    version: int
    reference: str
    initials: str
    due_at: datetime
    state: CaseState
    pathway: Pathway
    team_id: UUID
    team_name: str
    owner_id: UUID | None
    owner: str | None
    danger: bool
    """Whether the referral now says that there is immediate danger."""
    alarm: bool
    """Whether an alarm of the referral is raised that nobody has acted on."""
    known_whole: bool
    name: str | None
    age: int | None
    first_contact_at: datetime | None
    changed: bool | None
    """Whether the referrer changed something after the decision that nobody has read yet."""
    another_referral: bool | None
    """Whether another referral of the young person came that the team's class may be told of."""
    alarm_reasons: Sequence[AlarmReason] | None = None

    @property
    def cursor(self) -> Cursor:
        met = self.state is CaseState.OPEN and self.first_contact_at is not None
        return not self.alarm, met, self.due_at, self.id


def list_cases(
    connection: sa.Connection,
    reader: CaseReader,
    wanted: CaseList,
    *,
    now: datetime,
    maximum: int,
    after: Cursor | None = None,
) -> Sequence[CaseRow]:
    """At most so many, after that place: those with an alarm first, then soonest due. An estimate plays no part in it.

    What is due is the first contact: a case that the reader knows to have had it is due no more, and stands last.
    """
    met = sa.case((_known_met(reader), sa.true()), else_=sa.false())
    calm = sa.case((is_raised_for(cases.c.referral_id), sa.false()), else_=sa.true())
    in_turn = (calm, met, cases.c.due_at, cases.c.id)
    of_list = sa.select(cases.c.id).where(_wanted(reader, wanted, now))
    if after is not None:
        of_list = of_list.where(_after(calm, met, after))
    # What lies beside a case is read, and its policies asked, for those of the page only.
    of_this_page = of_list.order_by(*in_turn).limit(maximum)
    found = select_rows(reader).where(cases.c.id.in_(of_this_page)).order_by(*in_turn)
    return with_reasons(connection, [row_of(row, reader) for row in connection.execute(found)])


def count_cases(connection: sa.Connection, reader: CaseReader, wanted: CaseList, *, now: datetime) -> int:
    counted = sa.select(sa.func.count()).select_from(cases).where(_wanted(reader, wanted, now))
    return connection.execute(counted).scalar_one()


def owners(connection: sa.Connection, reader: CaseReader) -> list[tuple[UUID, str]]:
    """The members of the reader's teams, by name."""
    return members(connection, reader.teams)


def members(connection: sa.Connection, of_teams: frozenset[UUID]) -> list[tuple[UUID, str]]:
    """The members of these teams who can work their cases, by name."""
    able = sa.exists().where(teams.c.id.in_(of_teams), ~cannot_work(teams.c.id, teams.c.team_class))
    found = (
        sa.select(staff.c.id, staff.c.display_name)
        .where(able.correlate(staff))
        .order_by(staff.c.display_name, staff.c.id)
    )
    return [(row.id, row.display_name) for row in connection.execute(found)]


def select_rows(reader: CaseReader) -> sa.Select[Any]:
    """The columns of a row, of what the reader may know at all; those of the whole case are null to who may not know it."""
    whole = knows(reader, AccessLevel.FULL)

    def if_whole(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.case((whole, column), else_=None).label(column.name)

    return (
        sa.select(
            cases.c.id,
            cases.c.referral_id,
            cases.c.version,
            cases.c.due_at,
            cases.c.state,
            cases.c.pathway,
            cases.c.team_id,
            cases.c.assignee_id.label("owner_id"),
            referrals.c.reference,
            identities.c.initials,
            teams.c.name.label("team_name"),
            staff.c.display_name.label("owner"),
            (referrals.c.facts["immediate_danger"].as_string() == Answer.YES.value).label("danger"),
            sa.case((is_raised_for(cases.c.referral_id), sa.true()), else_=sa.false()).label("alarm"),
            sa.case((whole, sa.true()), else_=sa.false()).label("known_whole"),
            if_whole(identities.c.name),
            if_whole(referrals.c.age),
            if_whole(referrals.c.age_basis),
            if_whole(identities.c.date_of_birth),
            if_whole(cases.c.first_contact_at),
            if_whole(_has_changes().label("changed")),
            if_whole(has_another(reader.on).label("another_referral")),
        )
        .select_from(
            cases.join(referrals, referrals.c.id == cases.c.referral_id)
            .outerjoin(identities, identities.c.referral_id == cases.c.referral_id)
            .outerjoin(teams, teams.c.id == cases.c.team_id)
            .outerjoin(staff, staff.c.id == cases.c.assignee_id)
        )
        .where(knows(reader, AccessLevel.SUMMARY))
    )


def _has_changes() -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal(1)).select_from(follow_ups).where(unread_in_case(cases.c.id)))


def row_of(row: sa.Row[Any], reader: CaseReader) -> CaseRow:
    """The age is the one on the day on which the reader asks."""
    values = {name: row._mapping[name] for name in CaseRow.__dataclass_fields__ if name != "alarm_reasons"}
    age = todays_age(row.age, row.age_basis, row.date_of_birth, on=reader.on) if row.known_whole else None
    filled = {"initials": row.initials or "", "team_name": row.team_name or "", "danger": bool(row.danger), "age": age}
    return CaseRow(**values | filled)


def with_reasons(connection: sa.Connection, rows: Iterable[CaseRow]) -> list[CaseRow]:
    """Why an alarm was raised is for those who know the case whole; the others see that it was."""
    rows = list(rows)
    said = open_reasons(connection, [row.referral_id for row in rows if row.alarm and row.known_whole])
    return [replace(row, alarm_reasons=said.get(row.referral_id, ())) if row.known_whole else row for row in rows]


def _wanted(reader: CaseReader, wanted: CaseList, now: datetime) -> sa.ColumnElement[bool]:
    conditions = [knows(reader, AccessLevel.SUMMARY), _of_tab(reader, wanted.tab)]
    if wanted.owner_id is not None:
        conditions.append(cases.c.assignee_id == wanted.owner_id)
    if wanted.status is not None:
        conditions.append(_of_status(reader, wanted.status, now))
    return sa.and_(*conditions)


def _of_tab(reader: CaseReader, tab: Tab) -> sa.ColumnElement[bool]:
    is_open = cases.c.state == CaseState.OPEN
    match tab:
        case Tab.MINE:
            return sa.and_(is_open, cases.c.assignee_id == reader.staff_id)
        case Tab.UNASSIGNED:
            return sa.and_(is_open, cases.c.assignee_id.is_(None))
        case Tab.TEAM:
            return is_open
        case Tab.CLOSED:
            return cases.c.state == CaseState.CLOSED
        case Tab.HAND_OVERS:
            return sa.and_(cases.c.pathway.in_(HAND_OVERS), cases.c.state == CaseState.AWAITING_CONFIRMATION)


def _of_status(reader: CaseReader, status: Status, now: datetime) -> sa.ColumnElement[bool]:
    if status is Status.OVERDUE:
        return sa.and_(cases.c.due_at < now, ~_known_met(reader))
    if status is Status.IN_CONTACT:
        return _known_met(reader)
    return sa.and_(knows(reader, AccessLevel.FULL), cases.c.first_contact_at.is_(None))


def _known_met(reader: CaseReader) -> sa.ColumnElement[bool]:
    """Whether the first contact is made, of a case that the reader knows whole: of any other they know no contact."""
    in_contact = sa.and_(cases.c.state == CaseState.OPEN, cases.c.first_contact_at.is_not(None))
    return sa.and_(knows(reader, AccessLevel.FULL), in_contact)


def _after(calm: sa.ColumnElement[bool], met: sa.ColumnElement[bool], cursor: Cursor) -> sa.ColumnElement[bool]:
    was_calm, was_met, due_at, case_id = cursor
    later = sa.or_(cases.c.due_at > due_at, sa.and_(cases.c.due_at == due_at, cases.c.id > case_id))
    behind = sa.and_(met, later) if was_met else sa.or_(met, later)
    return sa.and_(calm, behind) if was_calm else sa.or_(calm, behind)
