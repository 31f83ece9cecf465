"""The lists of cases, with need-to-know in every query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_queries import open_reasons
from services.casework.adapters.alarm_scope import is_raised_for
from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import cases
from services.casework.adapters.changes import unread_in_case
from services.casework.adapters.review_tables import follow_ups
from services.casework.adapters.same_person import has_another
from services.casework.adapters.staff_conditions import cannot_work
from services.casework.adapters.tables import identities, referrals, staff, teams
from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.todays_age import todays_age
from services.contracts.codes import HAND_OVERS, Answer, Pathway

Cursor = tuple[bool, bool, datetime, UUID]
"""The position of a row: whether it has no alarm, whether first contact is made, its due time, its id."""


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
    """A list and its filter. Filters by contact match only cases that the viewer may read in full."""

    tab: Tab
    status: Status | None = None
    owner_id: UUID | None = None

    @property
    def is_filtered(self) -> bool:
        return self.status is not None or self.owner_id is not None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """What a team sees of a case. The last six are None unless the viewer may read it in full."""

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
    """Whether the referral currently states immediate danger."""
    alarm: bool
    """Whether the referral has an open alarm."""
    known_whole: bool
    name: str | None
    age: int | None
    first_contact_at: datetime | None
    changed: bool | None
    """Whether there is an unread change by the referrer after the decision."""
    another_referral: bool | None
    """Whether the young person has another referral that a lawful basis for the team's class covers."""
    alarm_reasons: Sequence[AlarmReason] | None = None

    @property
    def cursor(self) -> Cursor:
        contacted = self.state is CaseState.OPEN and self.first_contact_at is not None
        return not self.alarm, contacted, self.due_at, self.id


def list_cases(
    connection: sa.Connection,
    reader: CaseReader,
    wanted: CaseList,
    *,
    now: datetime,
    maximum: int,
    after: Cursor | None = None,
) -> Sequence[CaseRow]:
    """Returns up to `maximum` rows after the cursor: alarms first, then soonest due. Estimates do not affect the order.

    Cases with a first contact visible to the viewer are no longer due and come last.
    """
    contacted = sa.case((_known_contacted(reader), sa.true()), else_=sa.false())
    no_alarm = sa.case((is_raised_for(cases.c.referral_id), sa.false()), else_=sa.true())
    in_turn = (no_alarm, contacted, cases.c.due_at, cases.c.id)
    of_list = sa.select(cases.c.id).where(_wanted(reader, wanted, now))
    if after is not None:
        of_list = of_list.where(_after(no_alarm, contacted, after))
    # Joins and policies are evaluated for the rows of this page only.
    of_this_page = of_list.order_by(*in_turn).limit(maximum)
    found = select_rows(reader).where(cases.c.id.in_(of_this_page)).order_by(*in_turn)
    return with_reasons(connection, [row_of(row, reader) for row in connection.execute(found)])


def count_cases(connection: sa.Connection, reader: CaseReader, wanted: CaseList, *, now: datetime) -> int:
    counted = sa.select(sa.func.count()).select_from(cases).where(_wanted(reader, wanted, now))
    return connection.execute(counted).scalar_one()


def owners(connection: sa.Connection, reader: CaseReader) -> list[tuple[UUID, str]]:
    """Returns the members of the viewer's teams, by name."""
    return members(connection, reader.teams)


def members(connection: sa.Connection, of_teams: frozenset[UUID]) -> list[tuple[UUID, str]]:
    """Returns the members of these teams who can work on their cases, by name."""
    able = sa.exists().where(teams.c.id.in_(of_teams), ~cannot_work(teams.c.id, teams.c.team_class))
    found = (
        sa.select(staff.c.id, staff.c.display_name)
        .where(able.correlate(staff))
        .order_by(staff.c.display_name, staff.c.id)
    )
    return [(row.id, row.display_name) for row in connection.execute(found)]


def select_rows(reader: CaseReader) -> sa.Select[Any]:
    """Selects the visible rows. Columns of the full case are null for viewers who may not read it."""
    whole = visible_to(reader, AccessLevel.FULL)

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
        .where(visible_to(reader, AccessLevel.SUMMARY))
    )


def _has_changes() -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal(1)).select_from(follow_ups).where(unread_in_case(cases.c.id)))


def row_of(row: sa.Row[Any], reader: CaseReader) -> CaseRow:
    """Returns the row, with the age on the day of the request."""
    values = {name: row._mapping[name] for name in CaseRow.__dataclass_fields__ if name != "alarm_reasons"}
    age = todays_age(row.age, row.age_basis, row.date_of_birth, on=reader.on) if row.known_whole else None
    filled = {"initials": row.initials or "", "team_name": row.team_name or "", "danger": bool(row.danger), "age": age}
    return CaseRow(**values | filled)


def with_reasons(connection: sa.Connection, rows: Iterable[CaseRow]) -> list[CaseRow]:
    """Adds the alarm reasons to the rows that the viewer may read in full; the others show only that there is an alarm."""
    rows = list(rows)
    reasons = open_reasons(connection, [row.referral_id for row in rows if row.alarm and row.known_whole])
    return [replace(row, alarm_reasons=reasons.get(row.referral_id, ())) if row.known_whole else row for row in rows]


def _wanted(reader: CaseReader, wanted: CaseList, now: datetime) -> sa.ColumnElement[bool]:
    conditions = [visible_to(reader, AccessLevel.SUMMARY), _of_tab(reader, wanted.tab)]
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
        return sa.and_(cases.c.due_at < now, ~_known_contacted(reader))
    if status is Status.IN_CONTACT:
        return _known_contacted(reader)
    return sa.and_(visible_to(reader, AccessLevel.FULL), cases.c.first_contact_at.is_(None))


def _known_contacted(reader: CaseReader) -> sa.ColumnElement[bool]:
    """Returns whether first contact is made, for cases that the viewer may read in full; otherwise false."""
    in_contact = sa.and_(cases.c.state == CaseState.OPEN, cases.c.first_contact_at.is_not(None))
    return sa.and_(visible_to(reader, AccessLevel.FULL), in_contact)


def _after(
    no_alarm: sa.ColumnElement[bool], contacted: sa.ColumnElement[bool], cursor: Cursor
) -> sa.ColumnElement[bool]:
    had_no_alarm, was_contacted, due_at, case_id = cursor
    later = sa.or_(cases.c.due_at > due_at, sa.and_(cases.c.due_at == due_at, cases.c.id > case_id))
    behind = sa.and_(contacted, later) if was_contacted else sa.or_(contacted, later)
    return sa.and_(no_alarm, behind) if had_no_alarm else sa.or_(no_alarm, behind)
