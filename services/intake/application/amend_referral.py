"""Use case: the referrer changes a referral, or answers a question about it: a new version, published whole."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.application import matching
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import publish_amended, publish_matches
from services.intake.application.validation import check
from services.intake.domain.content import Content
from services.intake.domain.referral import Referral, ReferredBy
from services.platform.clock import just_after


@dataclass(frozen=True, kw_only=True)
class AmendReferral:
    referral_id: UUID
    expected_version: int
    content: Content
    asking: ReferredBy
    area: str | None = None
    """None leaves area and site as they are."""
    site: str | None = None


def amend_referral(command: AmendReferral, uow: UnitOfWork) -> Referral:
    """The referral as it now is. What changes nothing makes no new version, publishes nothing, and is audited as a read.

    Raises NoSuchReferral, StaleReferral, ReferralWithdrawn, QuestionNotAsked, NotAnswered, or what `check` raises.
    """
    referral = uow.referrals.get(command.referral_id)
    referral.require_readable_by(command.asking)
    area, site = command.area or referral.area, command.site or referral.site
    if command.expected_version == referral.version and referral.is_same(command.content, area=area, site=site):
        uow.audit("referral.read", subject_type="referral", subject_id=referral.id, reason="own_referral")
        return referral
    age = check(
        command.content,
        referring=referral.referred_by.organisation_class,
        referred_at=referral.received_at,
        uow=uow,
        before=referral.content,
    )
    matches_before = uow.matches.for_referral(referral.id)
    equality_before = referral.content.equality
    referral.amend(
        command.content,
        age=age,
        area=area,
        site=site,
        at=just_after(uow.at, *(match.changed_at for match in matches_before)),
        expected=command.expected_version,
    )
    uow.referrals.save(referral)
    matches = matching.find_matches_again(referral, uow)
    publish_amended(referral, uow, equality_before=equality_before)
    publish_matches(matches, uow)
    uow.audit(
        "referral.amended", subject_type="referral", subject_id=referral.id, details={"version": referral.version}
    )
    return referral
