"""Use case: a version of a referral is told; it gets its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import EstimateCause, Source
from services.scoring.application.ports import UnitOfWork
from services.scoring.application.score import rescore_all, rescore_person, score_referral
from services.scoring.domain.referral import Referral, ReferralVersion


@dataclass(frozen=True, kw_only=True)
class ApplyReferral:
    """`stated_at` is when the referrer said it: at the amendment, or first. `source` is who referred."""

    referral_id: UUID
    version: int
    person_id: UUID
    received_at: datetime
    stated_at: datetime
    facts: Mapping[str, Any]
    area: str
    source: Source
    cause: EstimateCause


def on_referral(command: ApplyReferral, uow: UnitOfWork) -> None:
    stated_at = command.stated_at
    referral = uow.referrals.get(command.referral_id)
    if referral is None:
        referral = Referral(id=command.referral_id, person_id=command.person_id, person_since=stated_at)
    if referral.knows(command.version):
        return
    stated = ReferralVersion(
        version=command.version, stated_at=stated_at, facts=command.facts, area=command.area, source=command.source
    )
    was_in = referral.area
    newest = referral.add_version(stated, received_at=command.received_at)
    held_by = referral.person_id
    moved = referral.belongs_to(command.person_id, since=stated_at)
    others = [other for other in uow.referrals.of_person(referral.person_id) if other.id != referral.id]
    if newest:
        score_referral(referral, persons=others, cause=command.cause, uow=uow)
    else:
        uow.referrals.save(referral)
        uow.audit("referral.late_version_kept", subject_type="referral", subject_id=referral.id)
    # A fact that arrives late: versions stated after it was told should have known it. One that moves is history where
    # it now is, and no more where it was, for every referral made since.
    since = stated_at if referral.area == was_in else command.received_at
    late_for = [other for other in others if moved or other.was_stated_since(since)]
    rescore_all(late_for, persons=[*others, referral], cause=command.cause, uow=uow)
    if moved:
        rescore_person(held_by, cause=command.cause, uow=uow)
