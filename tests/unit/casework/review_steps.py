"""Steps of a review through its use cases, for their tests."""

from typing import Any
from uuid import UUID

from services.casework.application.decide_review import (
    AddBasis,
    DecideReview,
)
from services.casework.application.on_referral import ApplyReferral, on_referral
from services.casework.application.record_own_view import RecordOwnView, ShowEstimate, record_own_view, show_estimate
from services.casework.domain.decision import OwnView
from services.casework.domain.review import Review
from services.contracts.codes import (
    LawfulBasis,
    Pathway,
    RecipientClass,
    SupportLevel,
    Sureness,
)
from tests.factories.reviews import (
    REVIEWER,
    a_reader,
    a_referral_event,
    fitting,
)
from tests.fakes.casework import FakeReviewUnitOfWork


def received(uow: FakeReviewUnitOfWork, *body: RecipientClass, **values: Any) -> Review:
    """The referral is heard of, and its review is there."""
    event = a_referral_event(*body, **values)
    on_referral(ApplyReferral(event), uow)
    return stored_review(uow, event["referral_id"])


def published_types(uow: FakeReviewUnitOfWork) -> list[str]:
    return [schema.type for schema, _ in uow.published]


def stored_review(uow: FakeReviewUnitOfWork, referral_id: UUID) -> Review:
    review = uow.reviews.of_referral(referral_id)
    assert review is not None
    return review


def amended(uow: FakeReviewUnitOfWork, review: Review, *, version: int = 2, **values: Any) -> None:
    event = a_referral_event(referral_id=review.referral_id, version=version, **values)
    on_referral(ApplyReferral(event), uow)


def viewed(
    uow: FakeReviewUnitOfWork, review: Review, by: UUID = REVIEWER, level: SupportLevel = SupportLevel.PLANNED
) -> OwnView:
    values = {
        "level": level,
        "sureness": Sureness.FAIRLY,
        "why": "Nobody at home.",
        "revision": stored_review(uow, review.referral_id).revision,
    }
    return record_own_view(RecordOwnView(review_id=review.id, reader=a_reader(by), **values), uow)


def a_decision_of(review: Review, by: UUID = REVIEWER, **values: Any) -> DecideReview:
    usual: dict[str, Any] = {
        "level": fitting(values.get("pathway", Pathway.UNIVERSAL_SUPPORT)),
        "pathway": Pathway.UNIVERSAL_SUPPORT,
        "reasons": "Enough is in place.",
        "revision": review.revision,
    }
    return DecideReview(review_id=review.id, reader=a_reader(by), **usual | values)


def shown(uow: FakeReviewUnitOfWork, review: Review, by: UUID = REVIEWER) -> Any:
    return show_estimate(ShowEstimate(review_id=review.id, reader=a_reader(by)), uow).estimate


def a_basis_for(review: Review, basis: LawfulBasis) -> AddBasis:
    return AddBasis(
        review_id=review.id,
        reader=a_reader(),
        recipient=RecipientClass.YOUTH_JUSTICE,
        basis=basis,
        reason="The court ordered it.",
        revision=review.revision,
    )
