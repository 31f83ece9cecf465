"""What a review becomes when its referral is received, amended or withdrawn."""

import pytest

from services.casework.application.decide_review import (
    AskReferrer,
    ConfirmWithdrawal,
    ask_referrer,
    confirm_withdrawal,
    decide_review,
)
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal, on_referral, on_withdrawal
from services.casework.domain import review as rules
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.review import ReviewState
from services.contracts.codes import (
    Pathway,
    ProgressStep,
    Question,
    RecipientClass,
)
from tests.factories.cases import the_worker
from tests.factories.reviews import (
    NAVIGATOR,
    a_reader,
    a_referral_event,
    a_team,
    a_withdrawal_event,
    after,
    an_estimate_event,
)
from tests.fakes.casework import FakeReviewUnitOfWork
from tests.unit.casework.review_steps import (
    a_decision_of,
    amended,
    published_types,
    received,
    shown,
    stored_review,
    viewed,
)

SUPPORT = RecipientClass.SUPPORT_SERVICE


class TestAReceivedReferral:
    def test_opens_one_review_and_publishes_it(self) -> None:
        uow = FakeReviewUnitOfWork()

        review = received(uow)

        assert (review.state, review.referred_by, review.version) == (ReviewState.WAITING, NAVIGATOR, 1)
        assert published_types(uow) == ["casework.review.opened"]
        assert uow.progress == [ProgressStep.RECEIVED]

    def test_is_due_sooner_where_there_is_danger(self) -> None:
        uow = FakeReviewUnitOfWork()

        usual, danger = received(uow), received(uow, facts={"immediate_danger": "yes"})

        assert (usual.due_at, danger.due_at) == (after(24 * 60), after(2 * 60))

    def test_received_twice_changes_nothing(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        amended(uow, review, version=1)

        assert stored_review(uow, review.referral_id).version == 1
        assert published_types(uow) == ["casework.review.opened"]

    def test_may_come_after_its_own_amendment(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event(version=2)
        on_referral(ApplyReferral(event), uow)

        on_referral(ApplyReferral(event | {"version": 1}), uow)

        assert stored_review(uow, event["referral_id"]).referral_version == 2

    def test_may_come_after_its_own_withdrawal(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event()
        withdrawal = a_withdrawal_event(event["referral_id"])
        on_withdrawal(ApplyWithdrawal(withdrawal), uow)

        on_referral(ApplyReferral(event), uow)

        review = stored_review(uow, event["referral_id"])
        assert (review.state, review.withdrawal_asked_at) == (ReviewState.WAITING, withdrawal["withdrawn_at"])

    def test_may_come_after_its_own_estimate(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event()
        uow.estimates.store(an_estimate_event(event["referral_id"]), estimated=True)
        on_referral(ApplyReferral(event), uow)
        review = stored_review(uow, event["referral_id"])
        viewed(uow, review)

        assert shown(uow, review).sequence == 1


class TestAnAmendment:
    def test_before_the_own_view_replaces_the_facts(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        amended(uow, review)

        assert stored_review(uow, review.referral_id).referral_version == 2

    def test_after_the_own_view_opens_step_1_again_and_keeps_the_view(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        view = viewed(uow, review)

        amended(uow, review)

        assert [storage.id for storage in stored_review(uow, review.referral_id).own_views] == [view.id]
        with pytest.raises(rules.OwnViewFirst):
            shown(uow, review)

    def test_after_the_decision_is_something_to_read(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        decide_review(a_decision_of(review), uow)

        amended(uow, review)

        assert uow.projections.changes == [(review.referral_id, 2, "amended")]
        assert stored_review(uow, review.referral_id).state is ReviewState.DECIDED

    def test_answers_the_question_and_lets_the_clock_run(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        ask_referrer(AskReferrer(review_id=review.id, reader=a_reader(), question=Question.AGE, revision=1), uow)

        amended(uow, review, answers_question=str(stored_review(uow, review.referral_id).question_id))

        review = stored_review(uow, review.referral_id)
        assert (review.state, review.paused_at) == (ReviewState.WAITING, None)
        assert uow.questions[-2:] == [Question.AGE, None]


class TestAWithdrawal:
    def test_waits_for_a_person(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        on_withdrawal(ApplyWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        assert stored_review(uow, review.referral_id).state is ReviewState.WAITING

    def test_confirmed_closes_the_review_and_publishes_it(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        on_withdrawal(ApplyWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        confirm_withdrawal(ConfirmWithdrawal(review_id=review.id, reader=a_reader(), revision=2), uow)

        assert stored_review(uow, review.referral_id).state is ReviewState.CLOSED
        assert uow.progress[-1] is ProgressStep.CLOSED

    def test_never_closes_a_case(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, SUPPORT)
        viewed(uow, review)
        values = {"pathway": Pathway.EARLY_INTERVENTION, "team_id": team.id}
        case_id = decide_review(a_decision_of(review, **values), uow)

        on_withdrawal(ApplyWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        assert uow.projections.changes == [(review.referral_id, 2, "withdrawn")]
        assert case_id is not None
        assert uow.cases.get(case_id, the_worker(team_id=team.id), AccessLevel.SUMMARY).state is CaseState.OPEN
