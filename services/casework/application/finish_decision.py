"""What follows a decision in the same unit of work: events, the audit row and the case of its pathway."""

from uuid import UUID

from services.casework.application.open_case import OpenCase, open_case
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import publish_decided
from services.casework.domain.case_clock import case_due_at
from services.casework.domain.decision import Decision
from services.casework.domain.review import Review
from services.casework.domain.routing import Team
from services.platform.failpoints import failpoint


def finish_decision(review: Review, decision: Decision, team: Team | None, uow: ReviewUnitOfWork) -> UUID | None:
    """Returns the id of the opened case; None for a pathway without a team."""
    failpoint("casework.decision_inserted")
    publish_decided(review, decision, uow)
    uow.audit("review.decided", subject_type="review", subject_id=review.id)
    return _open_case(review, decision, team, uow) if team else None


def _open_case(review: Review, decision: Decision, team: Team, uow: ReviewUnitOfWork) -> UUID:
    return open_case(
        OpenCase(
            case_id=uow.new_id(),
            review_id=review.id,
            referral_id=review.referral_id,
            person_id=review.person_id,
            team_id=team.id,
            team_class=team.team_class,
            pathway=decision.pathway,
            level=decision.level,
            area=review.area,
            follows_version=_version_before(review, uow),
            opened_by=decision.decided_by,
            opened_at=decision.decided_at,
            due_at=case_due_at(decision.decided_at, decision.level, uow.policy.case_hours),
        ),
        uow,
    )


def _version_before(review: Review, uow: ReviewUnitOfWork) -> int:
    """Returns the version of the case of an earlier round; 0 if there is none."""
    earlier = uow.cases.newest_of(review.referral_id) if review.round > 1 else None
    return earlier.version if earlier else 0
