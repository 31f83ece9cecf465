"""For random histories of a review, oversight's step is the state that casework holds."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.application.claim_review import (
    ClaimReview,
    ReleaseClaim,
    claim_review,
    release_claim,
)
from services.casework.application.decide_review import (
    AskReferrer,
    ConfirmWithdrawal,
    ask_referrer,
    confirm_withdrawal,
    decide_review,
)
from services.casework.application.on_referral import ApplyWithdrawal, on_withdrawal
from services.casework.domain.review import OPEN_STATES, Review, ReviewState
from services.contracts.codes import Pathway, Question
from services.oversight import timelines
from services.oversight.apply_events import ApplyDecision, ApplyReading, ApplyReview
from services.oversight.subscriptions import SUBSCRIPTIONS
from services.oversight.timelines import ReferralTimeline, Step
from services.platform.errors import ApplicationError
from tests.factories.reviews import COLLEAGUE, REVIEWER, a_reader, a_withdrawal_event
from tests.fakes.casework import FakeReviewUnitOfWork
from tests.unit.casework.review_steps import a_decision_of, amended, received, stored_review, viewed

STEP_OF = {
    ReviewState.WAITING: Step.WAITING,
    ReviewState.BEING_READ: Step.BEING_READ,
    ReviewState.QUESTION_ASKED: Step.QUESTION_ASKED,
    ReviewState.DECIDED: Step.ENDED_AT_REVIEW,
    ReviewState.CLOSED: Step.WITHDRAWN,
}
NOTED = {ApplyReview: timelines.reviewed, ApplyReading: timelines.read, ApplyDecision: timelines.decided}
Act = Callable[[FakeReviewUnitOfWork, Review], object]


def opens(by: UUID, *, take_over: bool) -> Act:
    return lambda uow, r: claim_review(ClaimReview(review_id=r.id, reader=a_reader(by), take_over=take_over), uow)


def says_what_they_think(by: UUID) -> Act:
    return lambda uow, review: viewed(uow, review, by)


def asks(by: UUID) -> Act:
    def ask(uow: FakeReviewUnitOfWork, r: Review) -> None:
        its = {"review_id": r.id, "reader": a_reader(by), "revision": r.revision}
        ask_referrer(AskReferrer(**its, question=Question.AGE), uow)

    return ask


def gives_back(by: UUID) -> Act:
    return lambda uow, r: release_claim(ReleaseClaim(review_id=r.id, reader=a_reader(by)), uow)


def is_amended(*, danger: bool = False, answers: bool = False) -> Act:
    def amend(uow: FakeReviewUnitOfWork, review: Review) -> None:
        known = uow.projections.referrals[review.referral_id]["version"]
        said = {"answers_question": str(review.question_id)} if answers and review.question_id else {}
        amended(uow, review, version=known + 1, facts={"immediate_danger": "yes" if danger else "no"}, **said)

    return amend


def is_withdrawn(uow: FakeReviewUnitOfWork, review: Review) -> None:
    on_withdrawal(ApplyWithdrawal(a_withdrawal_event(review.referral_id)), uow)


def is_confirmed_as_withdrawn(uow: FakeReviewUnitOfWork, review: Review) -> None:
    confirm_withdrawal(ConfirmWithdrawal(review_id=review.id, reader=a_reader(), revision=review.revision), uow)


def is_decided(uow: FakeReviewUnitOfWork, review: Review) -> None:
    decide_review(a_decision_of(review, pathway=Pathway.NO_FURTHER_ACTION), uow)


GOING_ON = (
    *(opens(by, take_over=take_over) for by in (REVIEWER, COLLEAGUE) for take_over in (False, True)),
    *(says_what_they_think(by) for by in (REVIEWER, COLLEAGUE)),
    *(gives_back(by) for by in (REVIEWER, COLLEAGUE)),
    *(asks(by) for by in (REVIEWER, COLLEAGUE)),
    is_amended(),
    is_amended(answers=True),
    is_amended(danger=True),
    is_withdrawn,
)
ENDING = (is_decided, is_confirmed_as_withdrawn)


def happens(*acts: Act) -> tuple[FakeReviewUnitOfWork, Review]:
    """A review after these acts; what a rule refuses did not happen."""
    uow = FakeReviewUnitOfWork()
    review = received(uow)
    for act in acts:
        try:
            act(uow, stored_review(uow, review.referral_id))
        except ApplicationError:
            continue
    return uow, stored_review(uow, review.referral_id)


def heard(uow: FakeReviewUnitOfWork, order: list[int]) -> ReferralTimeline:
    """The timeline as oversight notes it when these of the published events come, in this order."""
    timeline = ReferralTimeline(referral_id=UUID(int=1))
    for place in order:
        schema, said = uow.published[place]
        command = SUBSCRIPTIONS[schema](schema.decode(schema.encode(said)))
        fields = {name: value for name, value in vars(command).items() if name != "referral_id"}
        timeline = NOTED[type(command)](timeline, **fields)
    return timeline


class TestTheStep:
    @settings(max_examples=300)
    @given(st.lists(st.sampled_from(GOING_ON), max_size=10), st.lists(st.sampled_from(ENDING), max_size=1), st.data())
    def test_is_the_state_that_casework_holds(self, acts: list[Act], end: list[Act], data: st.DataObject) -> None:
        uow, review = happens(*acts, *end)
        order = data.draw(st.permutations(range(len(uow.published))))

        assert heard(uow, order).step is STEP_OF[review.state_at(uow.at)]

    @settings(max_examples=100)
    @given(st.lists(st.sampled_from(GOING_ON), max_size=10))
    def test_is_told_with_a_version_of_its_own_and_the_question_that_waits(self, acts: list[Act]) -> None:
        uow, review = happens(*acts)
        versions = [said["version"] for _, said in uow.published]

        assert versions == sorted(set(versions))
        assert review.state in OPEN_STATES
        assert uow.questions[-1] is review.question

    @pytest.mark.parametrize(
        ("last", "step"),
        [
            (is_amended(), Step.QUESTION_ASKED),
            (is_amended(answers=True), Step.BEING_READ),
            (is_amended(danger=True), Step.BEING_READ),
            (opens(COLLEAGUE, take_over=True), Step.QUESTION_ASKED),
            (says_what_they_think(COLLEAGUE), Step.QUESTION_ASKED),
        ],
    )
    def test_after_a_question_is_where_it_stands(self, last: Act, step: Step) -> None:
        uow, _ = happens(opens(REVIEWER, take_over=False), says_what_they_think(REVIEWER), asks(REVIEWER), last)

        assert heard(uow, list(range(len(uow.published)))).step is step
