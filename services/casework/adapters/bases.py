"""Whether a recorded lawful basis covers a class of recipient, and what happens when none does any more."""

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
    """Returns the condition, for a query whose row has these two columns.

    Withdrawn consent covers nobody. Neither does a basis after its last day: readers pass their date as `on`, so that
    access does not depend on `expire_bases` having run.
    """
    of_class = sa.and_(bases.c.referral_id == referral_id, bases.c.recipient_class == recipient_class, _IN_FORCE)
    found = sa.select(sa.literal(1)).select_from(bases).where(of_class)
    return sa.exists(found if on is None else found.where(holds(on)))


def holds(on: date) -> sa.ColumnElement[bool]:
    """Returns whether the row's basis is neither withdrawn nor expired on this day. The last day is included."""
    return sa.and_(_IN_FORCE, sa.or_(bases.c.expires_on.is_(None), bases.c.expires_on >= on, _FOR_TRIAGE))


def hidden_from_its_team() -> sa.ColumnElement[bool]:
    """Returns whether the row's case is unfinished and no lawful basis covers its team."""
    return sa.and_(unfinished(), ~covers(cases.c.referral_id, cases.c.team_class))


def unfinished() -> sa.ColumnElement[bool]:
    """Returns whether the row's case is unfinished. A stopped hand-over is finished."""
    waits = sa.and_(cases.c.state == CaseState.AWAITING_CONFIRMATION, cases.c.stopped_at.is_(None))
    return sa.or_(cases.c.state == CaseState.OPEN, waits)


def replace_bases(
    batch: Batch,
    referral_id: UUID,
    stated: Sequence[Mapping[str, Any]],
    at: datetime,
    *,
    stated_at: datetime,
    ended: ConsentEnded,
    first: bool,
) -> None:
    """Replaces the referrer's bases with those of the new version; reviewers' bases stay. `first`: there are none to delete.

    Consent that the version no longer names counts as withdrawn at `stated_at`: its row stays and covers nobody.
    """
    removed = () if first else batch.connection.execute(_DELETE_REFERRER_BASES, {"its_id": referral_id}).all()
    now = [
        {**basis, "withdrawn_at": ended.of(basis["recipient_class"], basis["basis"])}
        for basis in stated
        if not _has_expired(basis, at)
    ]
    named = {(basis["recipient_class"], basis["basis"]) for basis in stated}
    now += [
        {**_basis_values(row), "withdrawn_at": row.withdrawn_at or stated_at}
        for row in removed
        if row.basis in CONSENT
        and (row.recipient_class, row.basis) not in named
        and (row.withdrawn_at is not None or not _has_expired(_basis_values(row), at))
    ]
    for basis in now:
        batch.later(or_ignore(bases, batch.connection.dialect.name), {"referral_id": referral_id, **basis})
    if not first:
        _notify_decider(batch.connection, [(referral_id, row.recipient_class) for row in removed], at)
        store_consent_notices(batch.connection, referral_id)


def end_consent(connection: sa.Connection, referral_id: UUID, ended: ConsentEnded) -> None:
    """Marks the bases that rest on consent as withdrawn, once consent has ended for their class."""
    theirs = sa.and_(bases.c.referral_id == referral_id, bases.c.basis.in_(CONSENT), _IN_FORCE)
    for of_class, at in ((~_FOR_TRIAGE, ended.at), (_FOR_TRIAGE, ended.for_triage_at)):
        if at is not None:
            in_force = sa.or_(bases.c.expires_on.is_(None), bases.c.expires_on >= london_day(at))
            connection.execute(sa.update(bases).where(theirs, of_class, in_force).values(withdrawn_at=at))
    store_consent_notices(connection, referral_id)


def store_consent_notices(connection: sa.Connection, referral_id: UUID) -> None:
    """Stores, for each case that its team can no longer read because consent was withdrawn, what the team may still see."""
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
    """Deletes every basis whose last day has passed. Intake keeps the record.

    The basis for triage stays, because the referral would be lost without readers; only a withdrawal ends it.
    """
    expired = sa.and_(bases.c.expires_on < london_day(at), ~_FOR_TRIAGE, _IN_FORCE)
    removed = connection.execute(sa.delete(bases).where(expired).returning(*_OF_CLASS)).all()
    _notify_decider(connection, [tuple(row) for row in removed], at)
    for referral_id in {row.referral_id for row in removed}:
        store_consent_notices(connection, referral_id)


_FOR_TRIAGE = bases.c.recipient_class == RecipientClass.TRIAGE
_IN_FORCE = bases.c.withdrawn_at.is_(None)
_OF_CLASS = (bases.c.referral_id, bases.c.recipient_class)
_BASIS_FIELDS = ("recipient_class", "basis", "gateway", "expires_on")
_DELETE_REFERRER_BASES = (
    sa.delete(bases)
    .where(bases.c.referral_id == sa.bindparam("its_id"), bases.c.added_by.is_(None))
    .returning(*(bases.c[name] for name in (*_BASIS_FIELDS, "withdrawn_at")))
)


def _basis_values(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _BASIS_FIELDS}


def _has_expired(basis: Mapping[str, Any], at: datetime) -> bool:
    last_day = basis["expires_on"]
    for_triage = basis["recipient_class"] == RecipientClass.TRIAGE
    return last_day is not None and last_day < london_day(at) and not for_triage


def _notify_decider(connection: sa.Connection, removed: Iterable[Sequence[Any]], at: datetime) -> None:
    """Adds a change to read for each case whose team lost its last basis, because nobody works on it any more."""
    for referral_id, recipient_class in {tuple(row) for row in removed}:
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
