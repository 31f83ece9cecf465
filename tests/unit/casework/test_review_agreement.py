"""While danger stands, one person alone does not decide on less than urgent support."""

import pytest

from services.casework.application.answer_proposal import AnswerProposal, answer_proposal
from services.casework.application.decide_review import ConfirmWithdrawal, confirm_withdrawal, decide_review
from services.casework.application.on_referral import ApplyWithdrawal, on_withdrawal
from services.casework.domain import decision as rules
from services.casework.domain import routing
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.decision import ProposalOutcome
from services.casework.domain.review import Review, ReviewNotFound, ReviewState, StaleReview
from services.contracts.codes import Pathway, ProgressStep, RecipientClass, SupportLevel
from tests.factories.cases import the_worker
from tests.factories.reviews import (
    COLLEAGUE,
    NAVIGATOR,
    REVIEWER,
    SHOWN,
    a_reader,
    a_review,
    a_team,
    a_withdrawal_event,
    after,
    decides,
    views,
)
from tests.fakes.casework import FakeReviewUnitOfWork
from tests.unit.casework.review_steps import a_decision_of, amended, published_types, received, stored_review, viewed

SUPPORT = RecipientClass.SUPPORT_SERVICE
DANGER = {"immediate_danger": "yes"}


def in_danger(*teams: routing.Team, reviewers: tuple[object, ...] = (REVIEWER, COLLEAGUE)) -> FakeReviewUnitOfWork:
    uow = FakeReviewUnitOfWork(*teams)
    uow.projections.reviewers["northside"] = set(reviewers)  # type: ignore[arg-type]
    return uow


def proposed(uow: FakeReviewUnitOfWork, **values: object) -> Review:
    """A referral in danger for which the reviewer proposes universal services."""
    review = received(uow, SUPPORT, facts=DANGER)
    viewed(uow, review)
    decide_review(a_decision_of(review, **values), uow)
    return stored_review(uow, review.referral_id)


def answers(uow: FakeReviewUnitOfWork, review: Review, by: object = COLLEAGUE, *, agree: bool = True) -> object:
    command = AnswerProposal(
        review_id=review.id,
        reader=a_reader(by),  # type: ignore[arg-type]
        agree=agree,
        reason="Spoke to the ward: they are safe tonight.",
        revision=stored_review(uow, review.referral_id).revision,
    )
    return answer_proposal(command, uow)


class TestAProposal:
    def test_is_no_decision_and_publishes_nothing(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        assert (review.state, review.decision) == (ReviewState.AGREEMENT_NEEDED, None)
        assert "casework.review.decided" not in published_types(uow)
        assert ProgressStep.NOT_ACCEPTED not in uow.progress
        assert uow.audited[-1] == "review.decision_proposed"

    def test_lets_the_due_time_run(self) -> None:
        review = proposed(in_danger())

        assert (review.due_at, review.paused_at) == (after(120), None)

    def test_is_refused_where_nobody_else_could_agree(self) -> None:
        uow = in_danger(reviewers=(REVIEWER, NAVIGATOR))
        review = received(uow, facts=DANGER)
        viewed(uow, review)

        with pytest.raises(rules.NoSecondReviewer) as refusal:
            decide_review(a_decision_of(review), uow)

        assert [error.pointer for error in refusal.value.errors] == ["/level", "/pathway"]
        assert stored_review(uow, review.referral_id).state is ReviewState.WAITING

    def test_is_not_needed_for_urgent_support_by_a_team(self) -> None:
        team = a_team(SUPPORT)
        uow = in_danger(team, reviewers=(REVIEWER,))
        review = received(uow, SUPPORT, facts=DANGER)
        viewed(uow, review)
        urgent = {"level": SupportLevel.URGENT, "pathway": Pathway.EARLY_INTERVENTION, "team_id": team.id}

        assert decide_review(a_decision_of(review, **urgent), uow) is not None

    def test_gives_way_to_an_urgent_decision_by_anybody(self) -> None:
        team = a_team(SUPPORT)
        uow = in_danger(team)
        review = proposed(uow)
        viewed(uow, review, COLLEAGUE)
        urgent = {"level": SupportLevel.URGENT, "pathway": Pathway.EARLY_INTERVENTION, "team_id": team.id}

        decide_review(a_decision_of(review, COLLEAGUE, **urgent), uow)

        review = stored_review(uow, review.referral_id)
        assert [proposal.outcome for proposal in review.proposals] == [ProposalOutcome.REPLACED]
        assert review.decision is not None
        assert review.decision.decided_by == COLLEAGUE

    def test_can_be_made_afresh_by_anybody(self) -> None:
        uow = in_danger()
        review = proposed(uow)
        viewed(uow, review, COLLEAGUE)

        decide_review(a_decision_of(review, COLLEAGUE), uow)

        outcomes = [proposal.outcome for proposal in stored_review(uow, review.referral_id).proposals]
        assert outcomes == [ProposalOutcome.REPLACED, None]

    def test_ends_when_the_facts_change(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        amended(uow, review, facts=DANGER)

        review = stored_review(uow, review.referral_id)
        assert (review.state, review.proposal) == (ReviewState.WAITING, None)
        assert review.proposals[0].outcome is ProposalOutcome.FACTS_CHANGED

    def test_ends_with_a_withdrawal(self) -> None:
        uow = in_danger()
        review = proposed(uow)
        on_withdrawal(ApplyWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        revision = stored_review(uow, review.referral_id).revision
        confirm_withdrawal(ConfirmWithdrawal(review_id=review.id, reader=a_reader(COLLEAGUE), revision=revision), uow)

        assert stored_review(uow, review.referral_id).proposals[0].outcome is ProposalOutcome.WITHDRAWN

    def test_cannot_be_passed_over_by_the_domain_itself(self) -> None:
        review = a_review(danger=True)
        views(review)

        with pytest.raises(rules.AgreementNeeded):
            decides(review)


class TestAnAgreement:
    def test_decides_for_who_proposed_it(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        answers(uow, review)

        decision = stored_review(uow, review.referral_id).decision
        assert decision is not None
        assert (decision.decided_by, decision.pathway) == (REVIEWER, Pathway.UNIVERSAL_SUPPORT)
        assert published_types(uow)[-1] == "casework.review.decided"
        assert uow.progress[-1] is ProgressStep.NOT_ACCEPTED

    def test_opens_the_case_of_its_pathway(self) -> None:
        team = a_team(SUPPORT)
        uow = in_danger(team)
        review = proposed(uow, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id)

        case_id = answers(uow, review)

        known = uow.cases.get(case_id, the_worker(team_id=team.id), AccessLevel.SUMMARY)  # type: ignore[arg-type]
        assert known.referral_id == review.referral_id

    def test_is_not_given_by_who_proposed_it(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        with pytest.raises(rules.OwnProposal):
            answers(uow, review, REVIEWER)

    def test_is_not_given_by_who_referred(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        with pytest.raises(ReviewNotFound):
            answers(uow, review, NAVIGATOR)

    def test_is_of_the_version_that_was_read(self) -> None:
        uow = in_danger()
        review = proposed(uow)
        stale = AnswerProposal(review_id=review.id, reader=a_reader(COLLEAGUE), agree=True, reason="Yes.", revision=1)

        with pytest.raises(StaleReview):
            answer_proposal(stale, uow)

        assert stored_review(uow, review.referral_id).decision is None

    def test_is_refused_once_no_basis_lets_the_team_know(self) -> None:
        team = a_team(SUPPORT)
        uow = in_danger(team)
        review = proposed(uow, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id)
        uow.projections.referrals[review.referral_id]["bases"][1:] = []  # type: ignore[index]

        with pytest.raises(routing.NoLawfulBasis):
            answers(uow, review)

        assert stored_review(uow, review.referral_id).state is ReviewState.AGREEMENT_NEEDED

    def test_counts_what_the_proposer_had_seen_by_then(self) -> None:
        uow = in_danger()
        review = proposed(uow)
        seen_later = stored_review(uow, review.referral_id)
        seen_later.show(REVIEWER, SHOWN, at=after(40))
        uow.reviews.save_shown(seen_later.own_views[0])

        answers(uow, review)

        decision = stored_review(uow, review.referral_id).decision
        assert decision is not None
        assert (decision.shown_at, decision.agrees) == (None, None)

    def test_of_nothing_is_refused(self) -> None:
        uow = in_danger()
        review = received(uow, facts=DANGER)

        with pytest.raises(rules.NothingProposed):
            answers(uow, review)


class TestARefusal:
    def test_returns_the_review_and_keeps_the_proposal(self) -> None:
        uow = in_danger()
        review = proposed(uow)

        answers(uow, review, agree=False)

        review = stored_review(uow, review.referral_id)
        refused = review.proposals[0]
        assert (review.state, review.decision) == (ReviewState.WAITING, None)
        assert (refused.outcome, refused.ended_by) == (ProposalOutcome.REFUSED, COLLEAGUE)
        assert "casework.review.decided" not in published_types(uow)
