"""Use case: receive a new referral."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from services.contracts.codes import Source
from services.intake.application import matching
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import publish_matches, publish_received
from services.intake.application.validation import check
from services.intake.domain.content import Content
from services.intake.domain.referral import Referral, ReferredBy


@dataclass(frozen=True, kw_only=True)
class ReceiveReferral:
    referral_id: UUID = field(default_factory=uuid4)
    content: Content
    source: Source
    referred_by: ReferredBy
    area: str
    site: str | None = None
    draft_id: UUID | None = None
    """The draft that it was written in, if any."""


def receive_referral(command: ReceiveReferral, uow: UnitOfWork) -> Referral:
    """Raises what `check` raises; nothing is stored then."""
    referring = command.referred_by.organisation_class
    age = check(command.content, referring=referring, referred_at=uow.at, uow=uow)
    referral = Referral(
        id=command.referral_id,
        reference=_reference(uow),
        person_id=uow.new_id(),
        source=command.source,
        referred_by=command.referred_by,
        area=command.area,
        site=command.site,
        received_at=uow.at,
        recorded_at=uow.at,
        age=age,
        content=command.content,
    )
    found = matching.find_matches(referral, uow)
    person_id = matching.person_to_join(found, uow)
    referral.person_id = person_id or referral.person_id
    uow.referrals.add(referral, new_person=person_id is None)
    uow.people.save_keys(referral.id, matching.search_keys_of(referral, uow))
    matches = matching.record_matches(referral, found, uow, existing=())
    if command.draft_id is not None and command.referred_by.staff_id is not None:
        uow.drafts.sent(command.draft_id, staff_id=command.referred_by.staff_id, referral_id=referral.id)
    publish_received(referral, uow)
    publish_matches(matches, uow)
    uow.audit("referral.received", subject_type="referral", subject_id=referral.id)
    return referral


def _reference(uow: UnitOfWork) -> str:
    while uow.referrals.reference_taken(reference := uow.new_reference()):
        pass
    return reference
