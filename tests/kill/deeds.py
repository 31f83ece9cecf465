"""What one transaction writes together: a row, the audit row that says so, and the event that tells it."""

from dataclasses import dataclass

from services.contracts import casework, intake, scoring
from services.contracts.schema import EventSchema


@dataclass(frozen=True, kw_only=True)
class Deed:
    """`column` holds the id that the audit row is about and that `field` of the event carries."""

    service: str
    table: str
    column: str
    audited: tuple[str, ...]
    told: tuple[type[EventSchema], ...]
    field: str


DEEDS = (
    Deed(
        service="intake",
        table="referrals",
        column="id",
        audited=("referral.received",),
        told=(intake.ReferralReceivedV1,),
        field="referral_id",
    ),
    Deed(
        service="scoring",
        table="answers",
        column="referral_id",
        audited=("estimate.given", "estimate.refused"),
        told=(scoring.ReferralEstimatedV1, scoring.ReferralNotEstimatedV1),
        field="referral_id",
    ),
    Deed(
        service="casework",
        table="reviews",
        column="id",
        audited=("review.opened",),
        told=(casework.ReviewOpenedV1,),
        field="review_id",
    ),
    Deed(
        service="casework",
        table="own_views",
        column="review_id",
        audited=("review.own_view_recorded",),
        told=(casework.OwnViewRecordedV1,),
        field="review_id",
    ),
    Deed(
        service="casework",
        table="decisions",
        column="review_id",
        audited=("review.decided",),
        told=(casework.ReviewDecidedV1,),
        field="review_id",
    ),
    Deed(
        service="casework",
        table="cases",
        column="id",
        audited=("case.opened",),
        told=(casework.CaseOpenedV1,),
        field="case_id",
    ),
)
