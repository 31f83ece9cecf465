"""Use cases: decide, ask the referrer, add a lawful basis, confirm a withdrawal, read a change."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.casework.application.case_publishing import save_case
from services.casework.application.claim_review import at_work
from services.casework.application.finish_decision import finish_decision
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import publish_closed, publish_open
from services.casework.domain import routing
from services.casework.domain.case import Act
from services.casework.domain.change import ChangeKind
from services.casework.domain.decision import Decision, NoSecondReviewer
from services.casework.domain.disclosure import BasisAlreadyRecorded, check_added_basis
from services.casework.domain.review import NothingToConfirm, Review, ReviewState
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.working_days import after_working_days
from services.contracts.codes import (
    DifferenceReason,
    DisclosureGateway,
    LawfulBasis,
    Pathway,
    Question,
    RecipientClass,
    SupportLevel,
)


@dataclass(frozen=True, kw_only=True)
class DecideReview:
    review_id: UUID
    reader: ReviewReader
    level: SupportLevel
    pathway: Pathway
    reasons: str
    revision: int | None
    difference_reasons: tuple[DifferenceReason, ...] = ()
    team_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AskReferrer:
    review_id: UUID
    reader: ReviewReader
    question: Question
    revision: int | None


@dataclass(frozen=True, kw_only=True)
class AddBasis:
    review_id: UUID
    reader: ReviewReader
    recipient: RecipientClass
    basis: LawfulBasis
    reason: str
    revision: int | None
    gateway: DisclosureGateway | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmWithdrawal:
    review_id: UUID
    reader: ReviewReader
    revision: int | None


@dataclass(frozen=True, kw_only=True)
class ReadChange:
    """The person for whom the change is intended has read it."""

    referral_id: UUID
    referral_version: int
    kind: ChangeKind
    reader: ReviewReader


def decide_review(command: DecideReview, uow: ReviewUnitOfWork) -> UUID | None:
    """Returns the id of the opened case; None for a pathway without a team and for a proposal.

    In danger, anything except urgent support is proposed and takes effect when a second reviewer agrees.
    Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, OwnReferral, OwnViewFirst, ReasonsMissing,
    LevelAndPathwayDisagree, NoLawfulBasis, NoTeam, NotATeamForThis, NoSecondReviewer.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    review.must_be_at(command.revision)
    decision = review.would_decide(
        by=command.reader.staff_id,
        level=command.level,
        pathway=command.pathway,
        reasons=command.reasons,
        difference_reasons=command.difference_reasons,
        team_id=command.team_id,
        at=uow.at,
    )
    team = routing.confirm(
        command.pathway, command.team_id, uow.projections.subject(review.referral_id), uow.projections.teams()
    )
    if review.needs_agreement(decision):
        _propose(review, decision, uow)
        return None
    review.decide(decision)
    uow.reviews.save(review)
    return finish_decision(review, decision, team, uow)


def _propose(review: Review, decision: Decision, uow: ReviewUnitOfWork) -> None:
    """Publishes nothing, because only reviewers of the area may see a proposal."""
    if not uow.projections.other_reviewer(review.area, besides={decision.decided_by, review.referred_by}):
        raise NoSecondReviewer
    review.propose(decision, proposal_id=uow.new_id())
    uow.reviews.save(review)
    uow.audit("review.decision_proposed", subject_type="review", subject_id=review.id)


def ask_referrer(command: AskReferrer, uow: ReviewUnitOfWork) -> None:
    """Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, OwnViewFirst, NotWhereThereIsDanger, QuestionWaits."""
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    review.must_be_at(command.revision)
    question_id, by = uow.new_id(), command.reader.staff_id
    review.ask(
        by=by,
        question=command.question,
        question_id=question_id,
        at=uow.at,
        until=after_working_days(uow.at, uow.policy.pause_working_days, uow.is_bank_holiday),
        hours=uow.policy.review_hours,
    )
    at_work(review, command.reader, uow)
    uow.reviews.save(review)
    uow.holdings.question_asked(question_id, review.id, by=by)
    publish_open(review, uow)
    uow.audit("review.question_asked", subject_type="review", subject_id=review.id)


def add_basis(command: AddBasis, uow: ReviewUnitOfWork) -> None:
    """Also works after the decision, for a case's team that no lawful basis covers any more.

    Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, BasisRefused, BasisAlreadyRecorded.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    if command.recipient is not uow.projections.hidden_from(review.id):
        review.must_be_open()
    review.must_be_at(command.revision)
    check_added_basis(command.recipient, command.basis, command.gateway, uow.projections.disclosing(review.referral_id))
    if at_work(review, command.reader, uow):
        uow.reviews.save(review)
    added = uow.projections.add_basis(
        review.referral_id,
        command.recipient,
        command.basis,
        gateway=command.gateway,
        by=command.reader.staff_id,
        reason=command.reason,
    )
    if not added:
        raise BasisAlreadyRecorded
    uow.audit(
        "review.basis_added",
        subject_type="review",
        subject_id=review.id,
        details={"recipient_class": command.recipient, "basis": command.basis},
    )


def confirm_withdrawal(command: ConfirmWithdrawal, uow: ReviewUnitOfWork) -> None:
    """Also works after the decision if consent was withdrawn.

    Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, NothingToConfirm.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    withdrawal = uow.projections.withdrawal(review.referral_id)
    if review.state is ReviewState.DECIDED and withdrawal is not None and withdrawal.is_of_consent:
        review.must_be_at(command.revision)
        review.must_not_be_own(command.reader.staff_id)
        if withdrawal.confirmed_at is not None:
            raise NothingToConfirm
    else:
        review.must_be_open()
        review.must_be_at(command.revision)
        review.confirm_withdrawal(by=command.reader.staff_id, at=uow.at)
        uow.reviews.save(review)
        publish_closed(review, uow)
    readable_until = uow.at + timedelta(days=uow.policy.consent_withdrawn_readable_days)
    uow.projections.confirm_withdrawal(review.referral_id, by=command.reader.staff_id, readable_until=readable_until)
    _stop_hand_overs(review, command.reader.staff_id, uow)
    uow.audit("review.withdrawal_confirmed", subject_type="review", subject_id=review.id)


def read_change(command: ReadChange, uow: ReviewUnitOfWork) -> None:
    if uow.projections.change_read(command.referral_id, command.referral_version, command.kind, reader=command.reader):
        uow.audit("change.read", subject_type="referral", subject_id=command.referral_id)


def _stop_hand_overs(review: Review, by: UUID, uow: ReviewUnitOfWork) -> None:
    """Ends hand-overs whose team no lawful basis covers any more, because they are in nobody's list."""
    for case in uow.cases.hand_overs_without_basis(review.referral_id):
        case.stop(Act(entry_id=uow.new_id(), by=by, at=uow.at))
        save_case(case, uow, "case.support_stopped")
