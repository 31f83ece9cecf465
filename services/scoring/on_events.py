"""Use cases that an event of another service starts. Each applies the event, then scores the referrals it affects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.codes import EstimateCause, Outcome, Source
from services.contracts.scoring import LostEventsRequestedV1
from services.platform.db.batch import Batch
from services.platform.db.transaction import Transaction
from services.platform.lost_events import RequestLostEvents
from services.scoring.referral import Referral, ReferralVersion
from services.scoring.score import Scorer, rescore_all, rescore_person, score_referral
from services.scoring.store import HandledEvents, Matches, Outcomes, Referrals


@dataclass(frozen=True, kw_only=True)
class ApplyReferral:
    """One version of a referral. `stated_at` is when the referrer sent it; `source` is who referred."""

    referral_id: UUID
    version: int
    person_id: UUID
    received_at: datetime
    stated_at: datetime
    facts: Mapping[str, Any]
    area: str
    source: Source
    cause: EstimateCause


@dataclass(frozen=True, kw_only=True)
class ApplyWithdrawal:
    referral_id: UUID
    person_id: UUID
    withdrawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyMatch:
    """`person_ids` are the persons of `referral_ids`, in that order, after the change."""

    match_id: UUID
    version: int
    linked: bool
    referral_ids: Sequence[UUID]
    person_ids: Sequence[UUID]
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyOutcome:
    id: UUID
    version: int
    case_id: UUID
    referral_id: UUID
    person_id: UUID
    outcome: Outcome
    at: datetime


def load(batch: Batch, commands: Sequence[object]) -> None:
    """Load what the handlers of a poll will read, in a few statements."""
    applied = [command for command in commands if isinstance(command, ApplyReferral | ApplyWithdrawal)]
    matches = [command for command in commands if isinstance(command, ApplyMatch)]
    outcomes = [command for command in commands if isinstance(command, ApplyOutcome)]
    batch.shared(Referrals).load(
        {command.referral_id for command in applied} | {one for command in matches for one in command.referral_ids},
        {command.person_id for command in applied} | {one for command in matches for one in command.person_ids},
    )
    batch.shared(Matches).load({command.match_id for command in matches})
    batch.shared(Outcomes).load({command.id for command in outcomes})


def on_referral(command: ApplyReferral, tx: Transaction, scorer: Scorer) -> None:
    referrals = tx.store(Referrals)
    referral = referrals.get(command.referral_id)
    if referral is None:
        referral = Referral(id=command.referral_id, person_id=command.person_id, person_since=command.stated_at)
    if referral.knows(command.version):
        return
    area_before = referral.area
    newest = referral.add_version(_version(command), received_at=command.received_at)
    person_before = referral.person_id
    moved = referral.belongs_to(command.person_id, since=command.stated_at)
    others = [other for other in referrals.of_person(referral.person_id) if other.id != referral.id]
    if newest:
        score_referral(referral, tx, scorer, persons=others, cause=command.cause)
    else:
        referrals.save(referral)
        tx.audit("referral.late_version_kept", subject_type="referral", subject_id=referral.id)
    # A fact that arrives late: versions stated after it should have drawn on it. A referral that moves to another area
    # becomes history there, and stops being history where it was, for every referral made since.
    since = command.stated_at if referral.area == area_before else command.received_at
    affected = [other for other in others if moved or other.was_stated_since(since)]
    rescore_all(affected, tx, scorer, persons=[*others, referral], cause=command.cause)
    if moved:
        rescore_person(person_before, tx, scorer, cause=command.cause)


def on_withdrawal(command: ApplyWithdrawal, tx: Transaction, scorer: Scorer) -> None:
    """The withdrawn referral keeps its result, for the person who confirms the withdrawal or decides all the same."""
    referrals = tx.store(Referrals)
    referral = referrals.get(command.referral_id)
    if referral is None:
        referral = Referral(id=command.referral_id, person_id=command.person_id, person_since=command.withdrawn_at)
    person_before = referral.person_id
    moved = referral.belongs_to(command.person_id, since=command.withdrawn_at)
    first = referral.withdraw(command.withdrawn_at)
    referrals.save(referral)
    if not first and not moved:
        return
    tx.audit("referral.withdrawal_acknowledged", subject_type="referral", subject_id=referral.id)
    for person_id in sorted({person_before, referral.person_id}):
        rescore_person(person_id, tx, scorer, cause=EstimateCause.SOURCE_WITHDRAWN)


def on_match(command: ApplyMatch, tx: Transaction, scorer: Scorer) -> None:
    """Somebody recorded, or undid, that two referrals are about one person."""
    if not tx.store(Matches).upsert_if_newer({"id": command.match_id, "version": command.version}):
        return
    persons: set[UUID] = set()
    for referral_id, person_id in zip(command.referral_ids, command.person_ids, strict=True):
        persons |= _reassign(referral_id, person_id, command.changed_at, tx.store(Referrals))
    if not persons:
        return
    tx.audit("match.applied", subject_type="match", subject_id=command.match_id, details={"linked": command.linked})
    cause = EstimateCause.PERSONS_LINKED if command.linked else EstimateCause.PERSONS_UNLINKED
    for person_id in sorted(persons):
        rescore_person(person_id, tx, scorer, cause=cause)


def on_outcome(command: ApplyOutcome, tx: Transaction) -> None:
    """Outcomes are stored beside the features as they were at referral, to learn from."""
    if tx.store(Outcomes).upsert_if_newer(vars(command)):
        tx.audit("outcome.kept", subject_type="referral", subject_id=command.referral_id)


def on_events_listed(command: RequestLostEvents, tx: Transaction) -> None:
    """Request what casework published and this service never handled."""
    lost = tx.store(HandledEvents).not_among(command.event_ids)
    if lost:
        tx.publish(LostEventsRequestedV1, {"request_id": uuid4(), "version": 1, "event_ids": lost})


def _version(command: ApplyReferral) -> ReferralVersion:
    return ReferralVersion(
        version=command.version,
        stated_at=command.stated_at,
        facts=command.facts,
        area=command.area,
        source=command.source,
    )


def _reassign(referral_id: UUID, person_id: UUID, changed_at: datetime, referrals: Referrals) -> set[UUID]:
    """Assign a referral to a person. Returns the persons affected: none when nothing changed."""
    referral = referrals.get(referral_id) or Referral(id=referral_id, person_id=person_id, person_since=changed_at)
    person_before = referral.person_id
    moved = referral.belongs_to(person_id, since=changed_at)
    referrals.save(referral)
    return {person_before, person_id} if moved else set()
