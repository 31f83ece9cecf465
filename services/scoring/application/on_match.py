"""Use case: someone said, or took back, that two referrals are about one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import EstimateCause
from services.scoring.application.ports import UnitOfWork
from services.scoring.application.score import rescore_person
from services.scoring.domain.referral import Referral


@dataclass(frozen=True, kw_only=True)
class ApplyMatch:
    """`person_ids` are the persons of `referral_ids`, in that order, after the change."""

    match_id: UUID
    version: int
    linked: bool
    referral_ids: Sequence[UUID]
    person_ids: Sequence[UUID]
    changed_at: datetime


def on_match(command: ApplyMatch, uow: UnitOfWork) -> None:
    if not uow.matches.newer(command.match_id, command.version):
        return
    persons: set[UUID] = set()
    for referral_id, person_id in zip(command.referral_ids, command.person_ids, strict=True):
        referral = uow.referrals.get(referral_id)
        if referral is None:
            referral = Referral(id=referral_id, person_id=person_id, person_since=command.changed_at)
        before = referral.person_id
        if referral.belongs_to(person_id, since=command.changed_at):
            persons |= {before, person_id}
        uow.referrals.save(referral)
    if not persons:
        return
    uow.audit("match.heard", subject_type="match", subject_id=command.match_id, details={"linked": command.linked})
    cause = EstimateCause.PERSONS_LINKED if command.linked else EstimateCause.PERSONS_UNLINKED
    for person_id in sorted(persons):
        rescore_person(person_id, cause=cause, uow=uow)
