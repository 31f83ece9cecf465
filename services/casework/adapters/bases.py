"""Whether a recorded lawful basis lets a class of recipient know of a referral; and what happens when none does any more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import changes_to_read
from services.casework.adapters.tables import bases, referrals
from services.casework.domain.case import CaseState
from services.casework.domain.case_clock import london_day
from services.casework.domain.change import ChangeKind
from services.contracts.codes import RecipientClass
from services.kernel.db.batch import Batch
from services.kernel.db.upsert import insert_or_ignore, or_ignore


def covers(
    referral_id: sa.ColumnElement[object], recipient_class: sa.ColumnElement[object], *, on: date | None = None
) -> sa.ColumnElement[bool]:
    """The condition, for a query whose row has these two columns.

    Nobody is told anything after the last day of a basis: who reads asks for that `on` their day, and does not rely on
    `drop_lapsed` having run.
    """
    of_class = sa.and_(bases.c.referral_id == referral_id, bases.c.recipient_class == recipient_class)
    found = sa.select(sa.literal(1)).select_from(bases).where(of_class)
    return sa.exists(found if on is None else found.where(holds(on)))


def holds(on: date) -> sa.ColumnElement[bool]:
    """Whether the basis of the row has not ended before this day; its last day itself still holds."""
    return sa.or_(bases.c.expires_on.is_(None), bases.c.expires_on >= on, _FOR_TRIAGE)


def hidden_from_its_team() -> sa.ColumnElement[bool]:
    """Whether the case of the row is not finished, and no basis lets its team know of it any more."""
    unfinished = cases.c.state.in_((CaseState.OPEN, CaseState.AWAITING_CONFIRMATION))
    return sa.and_(unfinished, ~covers(cases.c.referral_id, cases.c.team_class))


def keep_told(batch: Batch, referral_id: UUID, told: Iterable[Mapping[str, Any]], at: datetime, *, first: bool) -> None:
    """What the referrer now says of who may be told. What reviewers added stays. At first there is nothing to forget."""
    gone = () if first else batch.connection.execute(_FORGET_TOLD, {"its_id": referral_id}).all()
    for basis in told:
        if not _has_lapsed(basis, at):
            batch.later(or_ignore(bases, batch.connection.dialect.name), {"referral_id": referral_id, **basis})
    _tell_who_decided(batch.connection, gone, at)


def drop_lapsed(connection: sa.Connection, at: datetime) -> None:
    """Drop every basis whose last day has passed: from then on it lets nobody know. Intake keeps the record.

    The one for triage stays: without readers the referral would be lost, and a withdrawal is how it is taken back.
    """
    lapsed = sa.and_(bases.c.expires_on < london_day(at), bases.c.recipient_class != RecipientClass.TRIAGE)
    gone = connection.execute(sa.delete(bases).where(lapsed).returning(*_OF_CLASS)).all()
    _tell_who_decided(connection, gone, at)


_OF_CLASS = (bases.c.referral_id, bases.c.recipient_class)
_FORGET_TOLD = (
    sa.delete(bases)
    .where(bases.c.referral_id == sa.bindparam("its_id"), bases.c.added_by.is_(None))
    .returning(*_OF_CLASS)
)
_FOR_TRIAGE = bases.c.recipient_class == RecipientClass.TRIAGE


def _has_lapsed(basis: Mapping[str, Any], at: datetime) -> bool:
    last_day = basis["expires_on"]
    for_triage = basis["recipient_class"] == RecipientClass.TRIAGE
    return last_day is not None and last_day < london_day(at) and not for_triage


def _tell_who_decided(connection: sa.Connection, gone: Iterable[Sequence[Any]], at: datetime) -> None:
    """Of each basis that is gone: its class's team may have a case that it now cannot see, and nobody works."""
    for referral_id, recipient_class in {tuple(row) for row in gone}:
        lost = (
            sa.select(
                cases.c.referral_id,
                referrals.c.version.label("referral_version"),
                cases.c.id.label("case_id"),
                cases.c.review_id,
            )
            .join(referrals, referrals.c.id == cases.c.referral_id)
            .where(cases.c.referral_id == referral_id, cases.c.team_class == recipient_class, hidden_from_its_team())
        )
        for row in connection.execute(lost).all():
            change = {**row._mapping, "kind": ChangeKind.BASIS_LAPSED, "arrived_at": at}
            insert_or_ignore(connection, changes_to_read, change)
