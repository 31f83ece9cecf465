"""What may happen to a review, and in which order."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.casework.domain import review as rules
from services.casework.domain.decision import Shown
from services.casework.domain.review import ReviewState
from services.contracts.codes import Band, DifferenceReason, EstimateCause, Pathway, Question, SupportLevel
from tests.factories.reviews import (
    COLLEAGUE,
    NAVIGATOR,
    REVIEWER,
    SHOWN,
    a_review,
    after,
    amends,
    asks,
    decides,
    views,
)

HIGHER = replace(SHOWN, sequence=2, band=Band.HIGH, probability=0.4, cause=EstimateCause.PERSONS_LINKED)


class TestOpeningAReview:
    def test_shows_the_others_who_reads_it(self) -> None:
        review = a_review()

        changed = review.claim(REVIEWER, at=after(1), until=after(1 + 30))

        assert changed
        assert (review.claimed_by, review.claimed_at) == (REVIEWER, after(1))
        assert review.state_at(after(30)) is ReviewState.BEING_READ
        assert review.state_at(after(31)) is ReviewState.WAITING

    def test_leaves_it_with_who_has_it(self) -> None:
        review = a_review()
        review.claim(REVIEWER, at=after(1), until=after(1 + 30))

        changed = review.claim(COLLEAGUE, at=after(2), until=after(2 + 30))

        assert not changed
        assert (review.claimed_by, review.version) == (REVIEWER, 2)

    def test_may_take_it_over(self) -> None:
        review = a_review()
        review.claim(REVIEWER, at=after(1), until=after(1 + 30))

        review.claim(COLLEAGUE, at=after(2), until=after(2 + 30), take_over=True)

        assert review.claimed_by == COLLEAGUE

    def test_is_not_for_who_referred(self) -> None:
        with pytest.raises(rules.OwnReferral):
            a_review(referred_by=NAVIGATOR).claim(NAVIGATOR, at=after(1), until=after(1 + 30))

    def test_is_no_lock(self) -> None:
        review = a_review()
        review.claim(REVIEWER, at=after(1), until=after(1 + 30))
        views(review, COLLEAGUE)

        decision = decides(review, COLLEAGUE)

        assert decision.decided_by == COLLEAGUE


class TestAnOwnView:
    def test_comes_before_the_estimate(self) -> None:
        with pytest.raises(rules.OwnViewFirst):
            a_review().show(REVIEWER, SHOWN, at=after(5))

    def test_of_a_colleague_opens_nothing(self) -> None:
        review = a_review()
        views(review, COLLEAGUE)

        with pytest.raises(rules.OwnViewFirst):
            review.show(REVIEWER, SHOWN, at=after(15))

    def test_is_never_changed(self) -> None:
        review = a_review()
        views(review)

        with pytest.raises(rules.OwnViewAlreadyRecorded):
            views(review, level=SupportLevel.URGENT)

    def test_is_not_for_who_referred(self) -> None:
        with pytest.raises(rules.OwnReferral):
            views(a_review(referred_by=REVIEWER), REVIEWER)

    def test_is_asked_again_when_the_facts_have_changed(self) -> None:
        review = a_review()
        first = views(review)

        amends(review)

        assert review.own_view_of(REVIEWER) is None
        assert review.own_views == [first]

    @pytest.mark.parametrize("was_shown", [True, False])
    def test_is_marked_when_an_estimate_was_seen_before_it(self, was_shown: bool) -> None:
        review = a_review()
        views(review)
        if was_shown:
            review.show(REVIEWER, SHOWN, at=after(12))
        amends(review)

        second = views(review, minute=40)

        assert second.estimate_seen_before is was_shown

    def test_is_not_marked_for_what_a_colleague_saw(self) -> None:
        review = a_review()
        views(review, COLLEAGUE)
        review.show(COLLEAGUE, SHOWN, at=after(12))

        view = views(review, REVIEWER, minute=13)

        assert not view.estimate_seen_before


class TestShowingTheEstimate:
    def test_keeps_the_first_showing_and_what_was_shown(self) -> None:
        review = a_review()
        view = views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        again = review.show(REVIEWER, SHOWN, at=after(14))

        assert not again
        assert (view.shown_at, view.shown, view.replaced) == (after(12), SHOWN, [])

    def test_keeps_the_one_before_beside_what_replaced_it(self) -> None:
        review = a_review()
        view = views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        noted = review.show(REVIEWER, HIGHER, at=after(14))

        assert noted
        assert (view.shown_at, view.shown, view.replaced) == (after(12), HIGHER, [SHOWN])
        assert view.replacements() == [(SHOWN, HIGHER)]

    def test_is_no_replacement_where_the_figures_are_the_same(self) -> None:
        review = a_review()
        view = views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        noted = review.show(REVIEWER, replace(SHOWN, sequence=3), at=after(14))

        assert (noted, view.replaced) == (False, [])

    def test_of_what_came_before_is_no_replacement(self) -> None:
        review = a_review()
        views(review)
        review.show(REVIEWER, HIGHER, at=after(12))

        assert not review.show(REVIEWER, SHOWN, at=after(14))

    def test_that_there_is_no_estimate_any_more_replaces_one(self) -> None:
        review = a_review()
        view = views(review)
        none = Shown(sequence=2, band=None, model_version=None, cause=EstimateCause.SOURCE_WITHDRAWN)
        assert not review.show(REVIEWER, none, at=after(11))
        review.show(REVIEWER, SHOWN, at=after(12))

        assert review.show(REVIEWER, replace(none, sequence=3), at=after(14))
        assert decides(review, level=SupportLevel.URGENT, pathway=Pathway.SAFEGUARDING).agrees is None
        assert view.replaced == [SHOWN]

    def test_of_a_replacement_is_noted_after_the_decision_too(self) -> None:
        review = a_review()
        view = views(review)
        review.show(REVIEWER, SHOWN, at=after(12))
        decision = decides(review, minute=30)

        noted = review.show(REVIEWER, HIGHER, at=after(40))

        assert (noted, view.shown) == (True, HIGHER)
        assert decision.shown == SHOWN

    def test_changes_nothing_that_others_see(self) -> None:
        review = a_review()
        views(review)
        before = review.version

        review.show(REVIEWER, SHOWN, at=after(12))

        assert review.version == before

    def test_is_not_noted_after_the_decision(self) -> None:
        review = a_review()
        view = views(review)
        decides(review)

        noted = review.show(REVIEWER, SHOWN, at=after(40))

        assert (noted, view.shown_at) == (False, None)


class TestADecision:
    def test_is_compared_with_the_estimate_shown_last(self) -> None:
        review = a_review()
        views(review)
        review.show(REVIEWER, SHOWN, at=after(12))
        review.show(REVIEWER, HIGHER, at=after(14))

        with pytest.raises(rules.ReasonsMissing):
            decides(review, level=SupportLevel.LIGHT, pathway=Pathway.EARLY_INTERVENTION)

        assert decides(review, level=SupportLevel.URGENT, pathway=Pathway.SAFEGUARDING).agrees

    def test_needs_an_own_view(self) -> None:
        with pytest.raises(rules.OwnViewFirst):
            decides(a_review())

    def test_needs_an_own_view_of_the_facts_as_they_now_are(self) -> None:
        review = a_review()
        views(review)
        amends(review)

        with pytest.raises(rules.OwnViewFirst):
            decides(review)

    def test_is_not_for_who_referred(self) -> None:
        with pytest.raises(rules.OwnReferral):
            decides(a_review(referred_by=REVIEWER))

    def test_may_come_without_the_estimate(self) -> None:
        review = a_review()
        views(review)

        decision = decides(review)

        assert (decision.own_view.shown_at, decision.agrees) == (None, None)

    def test_is_one_even_when_two_decide(self) -> None:
        review = a_review()
        views(review, REVIEWER)
        views(review, COLLEAGUE)
        first = decides(review, REVIEWER)

        with pytest.raises(rules.ReviewEnded):
            decides(review, COLLEAGUE)

        assert review.decision is first
        assert len(review.own_views) == 2

    def test_that_differs_from_the_band_needs_a_coded_reason(self) -> None:
        review = a_review()
        views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        with pytest.raises(rules.ReasonsMissing) as refused:
            decides(review, level=SupportLevel.NONE)

        assert [error.pointer for error in refused.value.errors] == ["/difference_reasons"]
        assert review.decision is None

    def test_that_differs_is_taken_with_its_reason(self) -> None:
        review = a_review()
        views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        decision = decides(
            review, level=SupportLevel.NONE, difference_reasons=[DifferenceReason.STRENGTHS_AND_PROTECTION]
        )

        assert decision.agrees is False
        assert decision.difference_reasons == (DifferenceReason.STRENGTHS_AND_PROTECTION,)

    def test_that_agrees_keeps_no_reason_for_differing(self) -> None:
        review = a_review()
        views(review)
        review.show(REVIEWER, SHOWN, at=after(12))

        decision = decides(review, difference_reasons=[DifferenceReason.OTHER])

        assert (decision.agrees, decision.difference_reasons) == (True, ())

    def test_is_never_that_there_is_not_enough_information(self) -> None:
        review = a_review()
        views(review)

        with pytest.raises(rules.ReasonsMissing):
            decides(review, level=SupportLevel.NOT_ENOUGH_INFORMATION)


class TestAQuestion:
    def test_stops_the_clock(self) -> None:
        review = a_review()
        views(review, level=SupportLevel.NOT_ENOUGH_INFORMATION)

        asks(review, REVIEWER, question_id=uuid4(), minute=15)

        assert (review.state, review.paused_at) == (ReviewState.QUESTION_ASKED, after(15))

    def test_never_waits_where_there_is_danger(self) -> None:
        review = a_review(danger=True)
        views(review)

        with pytest.raises(rules.NotWhereThereIsDanger):
            asks(review, REVIEWER, question_id=uuid4(), minute=15)

    def test_comes_after_an_own_view(self) -> None:
        with pytest.raises(rules.OwnViewFirst):
            asks(a_review())

    def test_waits_alone_for_its_answer(self) -> None:
        review = a_review()
        views(review)
        asks(review, REVIEWER, question_id=uuid4(), minute=15)

        with pytest.raises(rules.QuestionWaits):
            asks(review, REVIEWER, question_id=uuid4(), minute=20)

        assert (review.question, review.paused_at) == (Question.AGE, after(15))

    def test_answered_gives_back_the_time_it_took(self) -> None:
        review = a_review()
        due, question_id = review.due_at, uuid4()
        review.claim(REVIEWER, at=after(1), until=after(1 + 30))
        views(review)
        asks(review, REVIEWER, question_id=question_id, minute=15)

        amends(review, minute=75, answers=question_id)

        assert (review.state, review.question, review.paused_at) == (ReviewState.WAITING, None, None)
        assert review.due_at == due + timedelta(minutes=60)

    def test_stays_when_an_amendment_does_not_answer_it(self) -> None:
        review = a_review()
        views(review)
        asks(review, REVIEWER, question_id=uuid4(), minute=15)
        due = review.due_at

        amends(review, minute=75)

        assert (review.state, review.question, review.paused_at) == (
            ReviewState.QUESTION_ASKED,
            Question.AGE,
            after(15),
        )
        assert (review.due_at, review.own_view_of(REVIEWER)) == (due, None)

    def test_waits_no_longer_once_there_is_danger(self) -> None:
        review = a_review()
        views(review)
        asks(review, REVIEWER, question_id=uuid4(), minute=15)

        amends(review, minute=75, danger=True)

        assert (review.question, review.paused_at, review.due_at) == (None, None, after(120))


class TestAWithdrawal:
    def test_closes_nothing_until_a_person_confirms(self) -> None:
        review = a_review()

        review.ask_withdrawal(at=after(20))

        assert review.state is ReviewState.WAITING

    def test_closes_the_review_when_confirmed(self) -> None:
        review = a_review()
        review.ask_withdrawal(at=after(20))

        review.confirm_withdrawal(by=REVIEWER, at=after(50))

        assert review.state is ReviewState.CLOSED

    def test_takes_an_unanswered_question_with_it(self) -> None:
        review = a_review()
        views(review)
        asks(review, REVIEWER, question_id=uuid4(), minute=15)
        review.ask_withdrawal(at=after(20))

        review.confirm_withdrawal(by=REVIEWER, at=after(50))

        assert (review.state, review.question, review.paused_at) == (ReviewState.CLOSED, None, None)

    def test_is_confirmed_only_when_asked_for(self) -> None:
        with pytest.raises(rules.NothingToConfirm):
            a_review().confirm_withdrawal(by=REVIEWER, at=after(50))

    def test_never_undoes_a_decision(self) -> None:
        review = a_review()
        views(review)
        decides(review)

        with pytest.raises(rules.ReviewEnded):
            review.confirm_withdrawal(by=REVIEWER, at=after(50))

    def test_does_not_bind_the_reviewer(self) -> None:
        review = a_review()
        review.ask_withdrawal(at=after(20))
        views(review)

        decides(review)

        assert review.state is ReviewState.DECIDED
