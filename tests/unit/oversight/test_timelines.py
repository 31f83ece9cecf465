"""The steps of a referral, whatever the order in which oversight hears of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import Pathway, SupportLevel
from services.oversight import timelines
from services.oversight.timelines import Asked, AskedBy, CaseChange, Decision, ReferralTimeline, ReviewState, Step

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

Noted = Callable[[ReferralTimeline], ReferralTimeline]


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def received(at: float = 0, *, version: int = 1) -> Noted:
    return lambda timeline: timelines.received(timeline, version=version, area="northside", received_at=hour(at))


def reviewed(state: ReviewState, *, version: int, at: float) -> Noted:
    return lambda timeline: timelines.reviewed(timeline, version=version, state=state, at=hour(at))


def decided(pathway: Pathway, *, version: int, at: float) -> Noted:
    decision = Decision(
        pathway=pathway,
        level=SupportLevel.PLANNED,
        own_level=SupportLevel.PLANNED,
        agrees=True,
        model_version="1-test",
    )
    return lambda timeline: timelines.decided(timeline, version=version, decision=decision, at=hour(at))


def worked(change: CaseChange, *, version: int, at: float) -> Noted:
    return lambda timeline: timelines.worked(timeline, version=version, change=change, at=hour(at))


def asked(by: AskedBy, *, version: int, **answered: bool) -> Noted:
    return lambda timeline: timelines.asked(timeline, by=by, answers=Asked(version=version, **answered))


def told(*events: Noted) -> ReferralTimeline:
    timeline = ReferralTimeline(referral_id=UUID(int=1))
    for event in events:
        timeline = event(timeline)
    return timeline


STORY = (
    received(0),
    reviewed(ReviewState.OPENED, version=1, at=0),
    reviewed(ReviewState.CLAIMED, version=2, at=2),
    reviewed(ReviewState.QUESTION_ASKED, version=3, at=3),
    reviewed(ReviewState.CLAIMED, version=4, at=20),
    decided(Pathway.EARLY_INTERVENTION, version=5, at=21),
    worked(CaseChange.OPENED, version=1, at=21),
    worked(CaseChange.FIRST_CONTACT_MADE, version=2, at=30),
    worked(CaseChange.CLOSED, version=3, at=60),
)
STEPS = [
    Step.WAITING,
    Step.WAITING,
    Step.BEING_READ,
    Step.QUESTION_ASKED,
    Step.BEING_READ,
    Step.CASE_OPENED,
    Step.CASE_OPENED,
    Step.FIRST_CONTACT_MADE,
    Step.CASE_CLOSED,
]


class TestATimeline:
    @pytest.mark.parametrize("heard", range(1, len(STORY) + 1))
    def test_stands_at_the_step_that_was_last_made(self, heard: int) -> None:
        assert told(*STORY[:heard]).step is STEPS[heard - 1]

    @given(st.lists(st.sampled_from(STORY), max_size=30), st.permutations(STORY))
    def test_is_the_same_whatever_the_order_and_however_often_it_is_heard(
        self, again: list[Noted], order: list[Noted]
    ) -> None:
        assert told(*again, *order, *again) == told(*STORY)

    @pytest.mark.parametrize(
        ("pathway", "step"),
        [
            (Pathway.YOUTH_JUSTICE, Step.CASE_OPENED),
            (Pathway.SAFEGUARDING, Step.HAND_OVER_WAITING),
            (Pathway.ADULT_SERVICES, Step.HAND_OVER_WAITING),
            (Pathway.UNIVERSAL_SUPPORT, Step.ENDED_AT_REVIEW),
            (Pathway.NO_FURTHER_ACTION, Step.ENDED_AT_REVIEW),
        ],
    )
    def test_goes_where_the_decision_sends_it(self, pathway: Pathway, step: Step) -> None:
        assert told(received(), decided(pathway, version=2, at=1)).step is step

    def test_of_a_hand_over_ends_when_the_receiver_confirms(self) -> None:
        confirmed = worked(CaseChange.CONFIRMED, version=2, at=5)

        for order in permutations((received(), decided(Pathway.SAFEGUARDING, version=2, at=1), confirmed)):
            assert told(*order).step is Step.HAND_OVER_CONFIRMED

    def test_of_a_withdrawn_referral_ends_when_a_person_confirms_it(self) -> None:
        closed = reviewed(ReviewState.CLOSED, version=2, at=1)

        assert told(received(), closed).step is Step.WITHDRAWN

    def test_goes_on_when_a_closing_is_taken_back(self) -> None:
        reopened = worked(CaseChange.REOPENED, version=4, at=70)

        timeline = told(*STORY, reopened)

        assert (timeline.step, timeline.case_closed_at) == (Step.FIRST_CONTACT_MADE, None)

    def test_counts_the_first_time_that_a_reviewer_opened_it(self) -> None:
        assert told(*STORY).first_claimed_at == hour(2)

    def test_forgets_what_was_answered_and_keeps_that_it_was_asked(self) -> None:
        timeline = told(
            received(),
            asked(AskedBy.REFERRER, version=1, ethnicity=True),
            asked(AskedBy.WORKER, version=1, sex=True),
        )

        assert (timeline.ethnicity_asked, timeline.sex_asked, timeline.disability_asked) == (True, True, False)

    def test_counts_an_answer_taken_back_as_not_asked(self) -> None:
        given = asked(AskedBy.REFERRER, version=1, ethnicity=True, sex=True)
        taken_back = asked(AskedBy.REFERRER, version=2)
        by_worker = asked(AskedBy.WORKER, version=1, sex=True)

        for order in permutations((received(), given, taken_back, by_worker, given)):
            timeline = told(*order)
            assert (timeline.ethnicity_asked, timeline.sex_asked, timeline.disability_asked) == (False, True, False)


AGAIN = (
    reviewed(ReviewState.OPENED, version=6, at=100),
    reviewed(ReviewState.CLAIMED, version=7, at=101),
    decided(Pathway.EARLY_INTERVENTION, version=8, at=102),
    worked(CaseChange.OPENED, version=4, at=102),
    worked(CaseChange.FIRST_CONTACT_MADE, version=5, at=110),
)
STEPS_AGAIN = [Step.WAITING, Step.BEING_READ, Step.CASE_CLOSED, Step.CASE_OPENED, Step.FIRST_CONTACT_MADE]


class TestAReferralThatIsReviewedAgain:
    @pytest.mark.parametrize("heard", range(1, len(AGAIN) + 1))
    def test_counts_once_where_its_newest_review_and_case_stand(self, heard: int) -> None:
        assert told(*STORY, *AGAIN[:heard]).step is STEPS_AGAIN[heard - 1]

    @given(st.permutations(STORY + AGAIN))
    def test_is_the_same_whatever_the_order(self, order: list[Noted]) -> None:
        assert told(*order) == told(*STORY, *AGAIN)

    def test_keeps_the_times_of_the_first_who_got_there(self) -> None:
        once, again = told(*STORY), told(*STORY, *AGAIN)

        names = ("first_claimed_at", "decided_at", "case_opened_at", "first_contact_at")
        assert [getattr(again, name) for name in names] == [getattr(once, name) for name in names]

    def test_waits_again_for_the_receiver_of_a_second_hand_over(self) -> None:
        first = (
            received(),
            decided(Pathway.SAFEGUARDING, version=2, at=1),
            worked(CaseChange.OPENED, version=1, at=1),
            worked(CaseChange.CONFIRMED, version=2, at=5),
        )
        second = (decided(Pathway.SAFEGUARDING, version=5, at=9), worked(CaseChange.OPENED, version=3, at=9))

        assert told(*first).step is Step.HAND_OVER_CONFIRMED
        assert told(*first, *second).step is Step.HAND_OVER_WAITING
        assert told(*first, *second, worked(CaseChange.CONFIRMED, version=4, at=12)).step is Step.HAND_OVER_CONFIRMED
