"""What the use cases of a review change, tell and record."""

from typing import Any
from uuid import UUID

import pytest

from services.casework.application.claim_review import (
    NoReviewWaits,
    OpenNextReview,
    OpenReview,
    open_next_review,
    open_review,
)
from services.casework.application.decide_review import (
    AddBasis,
    AskReferrer,
    ConfirmWithdrawal,
    DecideReview,
    NobodyConsentsForAnother,
    add_basis,
    ask_referrer,
    confirm_withdrawal,
    decide_review,
)
from services.casework.application.hear_referral import HearReferral, HearWithdrawal, hear_referral, hear_withdrawal
from services.casework.application.record_own_view import RecordOwnView, ShowEstimate, record_own_view, show_estimate
from services.casework.domain import review as rules
from services.casework.domain import routing
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import Knowledge
from services.casework.domain.review import OwnView, Review, ReviewState
from services.contracts.codes import (
    Band,
    LawfulBasis,
    OrganisationClass,
    Pathway,
    ProgressStep,
    Question,
    RecipientClass,
    SupportLevel,
    Sureness,
)
from tests.factories.cases import the_reviewer, the_worker
from tests.factories.reviews import (
    COLLEAGUE,
    NAVIGATOR,
    REVIEWER,
    a_reader,
    a_referral_event,
    a_refusal_event,
    a_team,
    a_withdrawal_event,
    after,
    an_estimate_event,
)
from tests.fakes.casework import FakeReviewUnitOfWork

SUPPORT = RecipientClass.SUPPORT_SERVICE


def received(uow: FakeReviewUnitOfWork, *told: RecipientClass, **said: Any) -> Review:
    """The referral is heard of, and its review is there."""
    event = a_referral_event(*told, **said)
    hear_referral(HearReferral(event), uow)
    return held(uow, event["referral_id"])


def told_of(uow: FakeReviewUnitOfWork) -> list[str]:
    return [schema.type for schema, _ in uow.published]


def held(uow: FakeReviewUnitOfWork, referral_id: UUID) -> Review:
    review = uow.reviews.of_referral(referral_id)
    assert review is not None
    return review


def amended(uow: FakeReviewUnitOfWork, review: Review, *, version: int = 2, **said: Any) -> None:
    event = a_referral_event(referral_id=review.referral_id, version=version, **said)
    hear_referral(HearReferral(event), uow)


def viewed(
    uow: FakeReviewUnitOfWork, review: Review, by: UUID = REVIEWER, level: SupportLevel = SupportLevel.PLANNED
) -> OwnView:
    said = {"level": level, "sureness": Sureness.FAIRLY, "why": "Nobody at home."}
    return record_own_view(RecordOwnView(review_id=review.id, reader=a_reader(by), **said), uow)


def a_decision_of(review: Review, by: UUID = REVIEWER, **said: Any) -> DecideReview:
    usual: dict[str, Any] = {
        "level": SupportLevel.PLANNED,
        "pathway": Pathway.UNIVERSAL_SUPPORT,
        "reasons": "Enough is in place.",
    }
    return DecideReview(review_id=review.id, reader=a_reader(by), **usual | said)


def shown(uow: FakeReviewUnitOfWork, review: Review, by: UUID = REVIEWER) -> Any:
    return show_estimate(ShowEstimate(review_id=review.id, reader=a_reader(by)), uow).estimate


class TestAReceivedReferral:
    def test_opens_one_review_and_tells_of_it(self) -> None:
        uow = FakeReviewUnitOfWork()

        review = received(uow)

        assert (review.state, review.referred_by, review.version) == (ReviewState.WAITING, NAVIGATOR, 1)
        assert told_of(uow) == ["casework.review.opened"]
        assert uow.progress == [ProgressStep.RECEIVED]

    def test_is_due_sooner_where_there_is_danger(self) -> None:
        uow = FakeReviewUnitOfWork()

        usual, danger = received(uow), received(uow, facts={"immediate_danger": "yes"})

        assert (usual.due_at, danger.due_at) == (after(24 * 60), after(2 * 60))

    def test_heard_of_twice_changes_nothing(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        amended(uow, review, version=1)

        assert held(uow, review.referral_id).version == 1
        assert told_of(uow) == ["casework.review.opened"]

    def test_may_come_after_its_own_amendment(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event(version=2)
        hear_referral(HearReferral(event), uow)

        hear_referral(HearReferral(event | {"version": 1}), uow)

        assert held(uow, event["referral_id"]).referral_version == 2

    def test_may_come_after_its_own_withdrawal(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event()
        hear_withdrawal(HearWithdrawal(a_withdrawal_event(event["referral_id"])), uow)

        hear_referral(HearReferral(event), uow)

        review = held(uow, event["referral_id"])
        assert (review.state, review.withdrawal_asked_at) == (ReviewState.WAITING, uow.at)

    def test_may_come_after_its_own_estimate(self) -> None:
        uow = FakeReviewUnitOfWork()
        event = a_referral_event()
        uow.estimates.park(an_estimate_event(event["referral_id"]), estimated=True)
        hear_referral(HearReferral(event), uow)
        review = held(uow, event["referral_id"])
        viewed(uow, review)

        assert shown(uow, review).sequence == 1


class TestAnAmendment:
    def test_before_the_own_view_replaces_the_facts(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        amended(uow, review)

        assert held(uow, review.referral_id).referral_version == 2

    def test_after_the_own_view_opens_step_1_again_and_keeps_the_view(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        view = viewed(uow, review)

        amended(uow, review)

        assert [kept.id for kept in held(uow, review.referral_id).own_views] == [view.id]
        with pytest.raises(rules.OwnViewFirst):
            shown(uow, review)

    def test_after_the_decision_is_something_to_read(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        decide_review(a_decision_of(review), uow)

        amended(uow, review)

        assert uow.told.changes == [(review.referral_id, 2, "amended")]
        assert held(uow, review.referral_id).state is ReviewState.DECIDED

    def test_answers_the_question_and_lets_the_clock_run(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        ask_referrer(AskReferrer(review_id=review.id, reader=a_reader(), question=Question.AGE), uow)

        amended(uow, review, answers_question=str(held(uow, review.referral_id).question_id))

        review = held(uow, review.referral_id)
        assert (review.state, review.paused_at) == (ReviewState.WAITING, None)
        assert uow.questions[-2:] == [Question.AGE, None]


class TestAWithdrawal:
    def test_waits_for_a_person(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        hear_withdrawal(HearWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        assert held(uow, review.referral_id).state is ReviewState.WAITING

    def test_confirmed_closes_the_review_and_tells_the_referrer(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        hear_withdrawal(HearWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        confirm_withdrawal(ConfirmWithdrawal(review_id=review.id, reader=a_reader()), uow)

        assert held(uow, review.referral_id).state is ReviewState.CLOSED
        assert uow.progress[-1] is ProgressStep.CLOSED

    def test_never_closes_a_case(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, SUPPORT)
        viewed(uow, review)
        said = {"pathway": Pathway.EARLY_INTERVENTION, "team_id": team.id}
        case_id = decide_review(a_decision_of(review, **said), uow)

        hear_withdrawal(HearWithdrawal(a_withdrawal_event(review.referral_id)), uow)

        assert uow.told.changes == [(review.referral_id, 2, "withdrawn")]
        assert case_id is not None
        assert uow.cases.get(case_id, the_worker(team_id=team.id), Knowledge.LISTED).state is CaseState.OPEN


class TestOpeningAReview:
    def test_claims_it_once_and_records_every_reading(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        for _ in range(2):
            open_review(OpenReview(review_id=review.id, reader=a_reader()), uow)

        assert told_of(uow).count("casework.review.claimed") == 1
        assert uow.audited == ["review.opened", "review.claimed", "review.read", "review.read"]
        assert uow.progress == [ProgressStep.RECEIVED, ProgressStep.BEING_READ]

    def test_records_a_taking_over(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        open_review(OpenReview(review_id=review.id, reader=a_reader(COLLEAGUE)), uow)

        open_review(OpenReview(review_id=review.id, reader=a_reader(), take_over=True), uow)

        assert "review.taken_over" in uow.audited
        assert held(uow, review.referral_id).claimed_by == REVIEWER

    @pytest.mark.parametrize("reader", [a_reader(areas=("westborough",)), a_reader(NAVIGATOR), a_reader(areas=())])
    def test_is_not_for_who_may_not_know_of_it(self, reader: Any) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        with pytest.raises(rules.ReviewNotFound):
            open_review(OpenReview(review_id=review.id, reader=reader), uow)

    def test_gives_the_soonest_due_that_nobody_has(self) -> None:
        uow = FakeReviewUnitOfWork()
        received(uow)
        urgent = received(uow, facts={"immediate_danger": "yes"})
        open_next = OpenNextReview(reader=a_reader())

        first = open_next_review(open_next, uow)
        second = open_next_review(open_next, uow)

        assert (first, second != first) == (urgent.id, True)
        with pytest.raises(NoReviewWaits):
            open_next_review(open_next, uow)


class TestTheEstimate:
    def test_is_not_there_before_the_own_view(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        uow.estimates.park(an_estimate_event(review.referral_id), estimated=True)

        with pytest.raises(rules.OwnViewFirst):
            shown(uow, review)

        assert "review.estimate_shown" not in uow.audited

    def test_once_shown_stays_what_was_shown(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.park(an_estimate_event(review.referral_id), estimated=True)
        shown(uow, review)
        uow.estimates.park(an_estimate_event(review.referral_id, sequence=2, band=Band.HIGH), estimated=True)

        again = shown(uow, review)

        assert (again.sequence, again.answer.band) == (1, Band.RAISED)

    def test_of_another_version_is_not_shown(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.park(an_estimate_event(review.referral_id, referral_version=2), estimated=True)

        assert shown(uow, review) is None

    def test_that_was_refused_is_no_showing(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.park(a_refusal_event(review.referral_id), estimated=False)

        refusal = shown(uow, review)

        assert refusal is not None
        assert held(uow, review.referral_id).own_views[0].shown_at is None

    def test_changes_nothing_when_it_arrives(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        before = (held(uow, review.referral_id), list(uow.published), list(uow.progress))

        uow.estimates.park(an_estimate_event(review.referral_id), estimated=True)

        assert (held(uow, review.referral_id), uow.published, uow.progress) == before


class TestADecision:
    def test_opens_a_case_in_the_same_unit_of_work(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, SUPPORT)
        viewed(uow, review)

        case_id = decide_review(a_decision_of(review, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id), uow)

        assert case_id is not None
        assert uow.cases.get(case_id, the_worker(team_id=team.id), Knowledge.LISTED).referral_id == review.referral_id
        assert told_of(uow)[-2:] == ["casework.review.decided", "casework.case.opened"]
        assert uow.progress[-1] is ProgressStep.ACCEPTED

    def test_for_safeguarding_opens_a_hand_over(self) -> None:
        team = a_team(RecipientClass.CHILDRENS_SERVICES)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, RecipientClass.CHILDRENS_SERVICES)
        viewed(uow, review)

        case_id = decide_review(a_decision_of(review, pathway=Pathway.SAFEGUARDING, team_id=team.id), uow)

        assert case_id is not None
        assert uow.cases.get(case_id, the_reviewer(), Knowledge.LISTED).state is CaseState.AWAITING_CONFIRMATION

    @pytest.mark.parametrize("pathway", [Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION])
    def test_of_another_pathway_opens_none(self, pathway: Pathway) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)

        case_id = decide_review(a_decision_of(review, pathway=pathway), uow)

        assert case_id is None
        assert uow.progress[-1] is ProgressStep.NOT_ACCEPTED

    def test_is_blocked_until_a_basis_for_the_team_is_recorded(self) -> None:
        team = a_team(RecipientClass.YOUTH_JUSTICE)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, SUPPORT)
        viewed(uow, review)
        decision = a_decision_of(review, pathway=Pathway.YOUTH_JUSTICE, team_id=team.id)
        with pytest.raises(routing.NoLawfulBasis):
            decide_review(decision, uow)

        add_basis(a_basis_for(review, LawfulBasis.PUBLIC_TASK), uow)

        assert decide_review(decision, uow) is not None

    def test_is_one_when_two_reviewers_decide_and_both_views_stay(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        views = [viewed(uow, review, by) for by in (REVIEWER, COLLEAGUE)]
        decide_review(a_decision_of(review), uow)

        with pytest.raises(rules.ReviewEnded):
            decide_review(a_decision_of(review, COLLEAGUE), uow)

        assert [view.id for view in held(uow, review.referral_id).own_views] == [view.id for view in views]

    def test_on_facts_that_have_changed_is_refused(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)

        with pytest.raises(rules.StaleReview):
            decide_review(a_decision_of(review, facts_version=2), uow)

        assert held(uow, review.referral_id).decision is None

    def test_follows_operation_deter_only_as_a_proposal(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        police = {"organisation_class": OrganisationClass.POLICE.value, "staff_id": None}
        review = received(uow, SUPPORT, referred_by=police, facts={"weapon_found_by_police_on": "2026-11-19"})
        viewed(uow, review)
        assert routing.proposed_pathway(uow.told.subject(review.referral_id)) is Pathway.YOUTH_JUSTICE

        case_id = decide_review(a_decision_of(review, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id), uow)

        assert case_id is not None

    def test_takes_no_weapon_from_a_navigators_tick(self) -> None:
        uow = FakeReviewUnitOfWork()

        review = received(uow, facts={"weapon_found_by_police_on": "2026-11-19"})

        assert routing.proposed_pathway(uow.told.subject(review.referral_id)) is None


class TestAFurtherBasis:
    @pytest.mark.parametrize("consent", [LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER])
    def test_is_never_consent(self, consent: LawfulBasis) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        with pytest.raises(NobodyConsentsForAnother):
            add_basis(a_basis_for(review, consent), uow)

        assert uow.told.added == {}


class TestAQuestion:
    def test_goes_to_the_referrer_with_the_step(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review, level=SupportLevel.NOT_ENOUGH_INFORMATION)

        ask_referrer(AskReferrer(review_id=review.id, reader=a_reader(), question=Question.STRENGTHS), uow)

        assert uow.questions[-1] is Question.STRENGTHS
        assert held(uow, review.referral_id).paused_at == uow.at


def a_basis_for(review: Review, basis: LawfulBasis) -> AddBasis:
    return AddBasis(
        review_id=review.id,
        reader=a_reader(),
        recipient=RecipientClass.YOUTH_JUSTICE,
        basis=basis,
        reason="The court ordered it.",
    )
