"""Use case: a second reviewer agrees to a proposed decision, or refuses it."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.finish_decision import finish_decision
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain import routing
from services.casework.domain.review_reader import ReviewReader


@dataclass(frozen=True, kw_only=True)
class AnswerProposal:
    """`revision` is the one with the proposal and the facts that the second reviewer read."""

    review_id: UUID
    reader: ReviewReader
    agree: bool
    reason: str
    revision: int | None


def answer_proposal(command: AnswerProposal, uow: ReviewUnitOfWork) -> UUID | None:
    """Agreement records the decision after checking the routing again; a refusal returns the review to waiting.

    Returns the id of the opened case. Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, OwnReferral, NothingProposed,
    OwnProposal, NoLawfulBasis, NoTeam, NotATeamForThis.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    review.must_be_at(command.revision)
    decision = review.answer_proposal(by=command.reader.staff_id, agree=command.agree, reason=command.reason, at=uow.at)
    if decision is None:
        uow.reviews.save(review)
        uow.audit("review.proposal_refused", subject_type="review", subject_id=review.id)
        return None
    subject, teams = uow.projections.subject(review.referral_id), uow.projections.teams()
    team = routing.confirm(decision.pathway, decision.team_id, subject, teams)
    uow.reviews.save(review)
    uow.audit("review.proposal_agreed", subject_type="review", subject_id=review.id)
    return finish_decision(review, decision, team, uow)
