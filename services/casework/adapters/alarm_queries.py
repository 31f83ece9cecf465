"""Queries of alarms, with need-to-know in each list: a person who may read the referral may read its alarms."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters import alarm_scope, case_scope, review_scope
from services.casework.adapters.alarm_tables import alarm_actions, alarms, is_open
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import reviews
from services.casework.adapters.tables import identities, referrals, staff
from services.casework.domain.alarm import AlarmNotFound, AlarmReason, AlarmState
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.review_reader import ReviewReader

Cursor = tuple[datetime, UUID]
"""Cursor of the list of alarms: due time, then id."""


@dataclass(frozen=True, kw_only=True)
class ActionView:
    acted_by: UUID
    acted_by_name: str | None
    acted_at: datetime
    done: str


@dataclass(frozen=True, kw_only=True)
class AlarmView:
    id: UUID
    referral_version: int
    reasons: Sequence[AlarmReason]
    state: AlarmState
    raised_at: datetime
    due_at: datetime
    version: int
    actions: Sequence[ActionView]


@dataclass(frozen=True, kw_only=True)
class AlarmRow:
    """An alarm in a list, with the review and case that the viewer may open."""

    id: UUID
    referral_id: UUID
    referral_version: int
    reference: str
    initials: str | None
    reasons: Sequence[AlarmReason]
    state: AlarmState
    raised_at: datetime
    due_at: datetime
    version: int
    review_id: UUID | None
    case_id: UUID | None


def list_alarms(
    connection: sa.Connection,
    reviewer: ReviewReader,
    worker: CaseReader,
    *,
    after: Cursor | None = None,
    limit: int,
) -> list[AlarmRow]:
    """Returns the open alarms, soonest due first."""
    found = _rows(reviewer, worker).where(is_open).order_by(alarms.c.due_at, alarms.c.id).limit(limit)
    if after is not None:
        bound = sa.literal(after[0], alarms.c.due_at.type), sa.literal(after[1], alarms.c.id.type)
        found = found.where(sa.tuple_(alarms.c.due_at, alarms.c.id) > sa.tuple_(*bound))
    return [_row(row) for row in connection.execute(found)]


def read_alarm(connection: sa.Connection, reviewer: ReviewReader, worker: CaseReader, alarm_id: UUID) -> AlarmRow:
    """Raises AlarmNotFound."""
    row = connection.execute(_rows(reviewer, worker).where(alarms.c.id == alarm_id)).one_or_none()
    if row is None:
        raise AlarmNotFound
    return _row(row)


def alarms_of(connection: sa.Connection, referral_id: UUID) -> list[AlarmView]:
    """Returns all alarms of a referral with their actions, newest first. The caller checks access."""
    found = sa.select(alarms).where(alarms.c.referral_id == referral_id)
    rows = connection.execute(found.order_by(alarms.c.referral_version.desc())).all()
    acted = _actions(connection, [row.id for row in rows]) if rows else {}
    names = ("id", "referral_version", "state", "raised_at", "due_at", "version")
    return [
        AlarmView(
            **{name: row._mapping[name] for name in names},
            reasons=_reasons(row.reasons),
            actions=acted.get(row.id, ()),
        )
        for row in rows
    ]


def open_reasons(connection: sa.Connection, referral_ids: Collection[UUID]) -> Mapping[UUID, Sequence[AlarmReason]]:
    """Returns the reasons of the referrals' open alarms. The caller checks access."""
    if not referral_ids:
        return {}
    found = sa.select(alarms.c.referral_id, alarms.c.reasons).where(alarms.c.referral_id.in_(referral_ids), is_open)
    found_by_id: dict[UUID, set[AlarmReason]] = defaultdict(set)
    for row in connection.execute(found):
        found_by_id[row.referral_id] |= set(_reasons(row.reasons))
    return {referral_id: _reasons(reasons) for referral_id, reasons in found_by_id.items()}


def _rows(reviewer: ReviewReader, worker: CaseReader) -> sa.Select[Any]:
    review = sa.select(reviews.c.id).where(
        reviews.c.referral_id == alarms.c.referral_id, review_scope.is_newest(), review_scope.visible_to(reviewer)
    )
    newest_case = sa.select(cases.c.id).where(
        cases.c.referral_id == alarms.c.referral_id, case_scope.visible_to(worker, AccessLevel.FULL)
    )
    return (
        sa.select(
            alarms,
            referrals.c.reference,
            identities.c.initials,
            review.scalar_subquery().label("review_id"),
            newest_case.order_by(cases.c.opened_at.desc(), cases.c.id).limit(1).scalar_subquery().label("case_id"),
        )
        .select_from(
            alarms.join(referrals, referrals.c.id == alarms.c.referral_id).outerjoin(
                identities, identities.c.referral_id == alarms.c.referral_id
            )
        )
        .where(alarm_scope.visible_to(reviewer, worker))
    )


def _row(row: sa.Row[Any]) -> AlarmRow:
    return AlarmRow(**{**row._mapping, "reasons": _reasons(row.reasons)})


def _reasons(codes: Collection[str]) -> list[AlarmReason]:
    """Danger first."""
    return [reason for reason in AlarmReason if reason in codes]


def _actions(connection: sa.Connection, alarm_ids: Collection[UUID]) -> Mapping[UUID, list[ActionView]]:
    c = alarm_actions.c
    found = (
        sa.select(c.alarm_id, c.acted_by, staff.c.display_name.label("acted_by_name"), c.acted_at, c.done)
        .outerjoin(staff, staff.c.id == c.acted_by)
        .where(c.alarm_id.in_(alarm_ids))
        .order_by(c.acted_at, c.id)
    )
    found_by_id: dict[UUID, list[ActionView]] = defaultdict(list)
    for row in connection.execute(found):
        values = dict(row._mapping)
        found_by_id[values.pop("alarm_id")].append(ActionView(**values))
    return found_by_id
