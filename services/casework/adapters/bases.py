"""Whether a recorded lawful basis lets a class of recipient know of a referral; and what happens when none does any more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.case_tables import cases, consent_notices
from services.casework.adapters.review_tables import follow_ups
from services.casework.adapters.tables import bases, identities, referrals
from services.casework.domain.case import CaseState
from services.casework.domain.case_clock import london_day
from services.casework.domain.change import ChangeKind
from services.casework.domain.withdrawal import CONSENT, ConsentEnded
from services.contracts.codes import RecipientClass
from services.platform.db.batch import Batch
from services.platform.db.upsert import insert_or_ignore, or_ignore


def covers(
    referral_id: sa.ColumnElement[object], recipient_class: sa.ColumnElement[object], *, on: date | None = None
) -> sa.ColumnElement[bool]:
    """The condition, for a query whose row has these two columns.

    Consent that was withdrawn lets nobody know. Nobody is told anything after the last day of a basis either: who reads
    asks for that `on` their day, and does not rely on `expire_bases` having run.
    """
    of_class = sa.and_(bases.c.referral_id == referral_id, bases.c.recipient_class == recipient_class, _STANDS)
    found = sa.select(sa.literal(1)).select_from(bases).where(of_class)
    return sa.exists(found if on is None else found.where(holds(on)))


def holds(on: date) -> sa.ColumnElement[bool]:
    """Whether the basis of the row was not withdrawn, nor ended before this day; its last day itself still holds."""
    return sa.and_(_STANDS, sa.or_(bases.c.expires_on.is_(None), bases.c.expires_on >= on, _FOR_TRIAGE))


def hidden_from_its_team() -> sa.ColumnElement[bool]:
    """Whether the case of the row is not finished, and no basis lets its team know of it any more."""
    return sa.and_(unfinished(), ~covers(cases.c.referral_id, cases.c.team_class))


def unfinished() -> sa.ColumnElement[bool]:
    """Whether somebody is still to act on the case of the row. A hand-over that was stopped is finished."""
    waits = sa.and_(cases.c.state == CaseState.AWAITING_CONFIRMATION, cases.c.stopped_at.is_(None))
    return sa.or_(cases.c.state == CaseState.OPEN, waits)


def keep_told(
    batch: Batch,
    referral_id: UUID,
    told: Sequence[Mapping[str, Any]],
    at: datetime,
    *,
    said_at: datetime,
    ended: ConsentEnded,
    first: bool,
) -> None:
    """What the referrer now says of who may be told. What reviewers added stays. At first there is nothing to forget.

    Consent that is no longer named was taken back when that was said: its basis stays, and lets nobody know.
    """
    gone = () if first else batch.connection.execute(_FORGET_TOLD, {"its_id": referral_id}).all()
    now = [
        {**basis, "withdrawn_at": ended.of(basis["recipient_class"], basis["basis"])}
        for basis in told
        if not _has_expired(basis, at)
    ]
    named = {(basis["recipient_class"], basis["basis"]) for basis in told}
    now += [
        {**_of_told(row), "withdrawn_at": row.withdrawn_at or said_at}
        for row in gone
        if row.basis in CONSENT
        and (row.recipient_class, row.basis) not in named
        and (row.withdrawn_at is not None or not _has_expired(_of_told(row), at))
    ]
    for basis in now:
        batch.later(or_ignore(bases, batch.connection.dialect.name), {"referral_id": referral_id, **basis})
    if not first:
        _tell_who_decided(batch.connection, [(referral_id, row.recipient_class) for row in gone], at)
        give_notice(batch.connection, referral_id)


def end_consent(connection: sa.Connection, referral_id: UUID, ended: ConsentEnded) -> None:
    """Consent was withdrawn: no basis that rests on it lets anybody know, once it has ended for the class."""
    theirs = sa.and_(bases.c.referral_id == referral_id, bases.c.basis.in_(CONSENT), _STANDS)
    for of_class, at in ((~_FOR_TRIAGE, ended.at), (_FOR_TRIAGE, ended.for_triage_at)):
        if at is not None:
            held = sa.or_(bases.c.expires_on.is_(None), bases.c.expires_on >= london_day(at))
            connection.execute(sa.update(bases).where(theirs, of_class, held).values(withdrawn_at=at))
    give_notice(connection, referral_id)


def give_notice(connection: sa.Connection, referral_id: UUID) -> None:
    """Of each case that its team cannot read any more for consent was withdrawn, keep what the team may still know."""
    consent = bases.alias("consent")
    since = sa.func.max(consent.c.withdrawn_at)
    of_team = sa.and_(consent.c.referral_id == cases.c.referral_id, consent.c.recipient_class == cases.c.team_class)
    lost = (
        sa.select(
            cases.c.id.label("case_id"),
            cases.c.referral_id,
            referrals.c.reference,
            sa.func.coalesce(identities.c.initials, "").label("initials"),
            since.label("withdrawn_at"),
        )
        .join(referrals, referrals.c.id == cases.c.referral_id)
        .join(consent, of_team)
        .outerjoin(identities, identities.c.referral_id == cases.c.referral_id)
        .where(cases.c.referral_id == referral_id, hidden_from_its_team(), consent.c.withdrawn_at.is_not(None))
        .group_by(cases.c.id, cases.c.referral_id, referrals.c.reference, identities.c.initials)
    )
    for row in connection.execute(lost).all():
        insert_or_ignore(connection, consent_notices, row._asdict())


def expire_bases(connection: sa.Connection, at: datetime) -> None:
    """Drop every basis whose last day has passed: from then on it lets nobody know. Intake keeps the record.

    The one for triage stays: without readers the referral would be lost, and a withdrawal is how it is taken back.
    """
    expired = sa.and_(bases.c.expires_on < london_day(at), ~_FOR_TRIAGE, _STANDS)
    gone = connection.execute(sa.delete(bases).where(expired).returning(*_OF_CLASS)).all()
    _tell_who_decided(connection, [tuple(row) for row in gone], at)
    for referral_id in {row.referral_id for row in gone}:
        give_notice(connection, referral_id)


_FOR_TRIAGE = bases.c.recipient_class == RecipientClass.TRIAGE
_STANDS = bases.c.withdrawn_at.is_(None)
_OF_CLASS = (bases.c.referral_id, bases.c.recipient_class)
_TOLD = ("recipient_class", "basis", "gateway", "expires_on")
_FORGET_TOLD = (
    sa.delete(bases)
    .where(bases.c.referral_id == sa.bindparam("its_id"), bases.c.added_by.is_(None))
    .returning(*(bases.c[name] for name in (*_TOLD, "withdrawn_at")))
)


def _of_told(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _TOLD}


def _has_expired(basis: Mapping[str, Any], at: datetime) -> bool:
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
            change = {**row._mapping, "kind": ChangeKind.BASIS_EXPIRED, "arrived_at": at}
            insert_or_ignore(connection, follow_ups, change)
