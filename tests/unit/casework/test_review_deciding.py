"""What a reviewer changes, tells and records, from opening a review to its decision."""

from dataclasses import replace
from typing import Any

import pytest

from services.casework.application.claim_review import (
    ClaimNextReview,
    ClaimReview,
    NoReviewWaits,
    ReadReview,
    claim_next_review,
    claim_review,
    read_review,
)
from services.casework.application.decide_review import (
    AskReferrer,
    add_basis,
    ask_referrer,
    decide_review,
)
from services.casework.application.record_own_view import ShowReplacement, show_replacement
from services.casework.domain import review as rules
from services.casework.domain import routing
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.disclosure import BasisRefused
from services.contracts.codes import (
    Band,
    LawfulBasis,
    OrganisationClass,
    Pathway,
    ProgressStep,
    Question,
    RecipientClass,
    SupportLevel,
)
from tests.factories.cases import the_reviewer, the_worker
from tests.factories.reviews import (
    COLLEAGUE,
    NAVIGATOR,
    REVIEWER,
    a_reader,
    a_refusal_event,
    a_team,
    an_estimate_event,
)
from tests.fakes.casework import FakeReviewUnitOfWork
from tests.unit.casework.review_steps import (
    a_basis_for,
    a_decision_of,
    published_types,
    received,
    shown,
    stored_review,
    viewed,
)

SUPPORT = RecipientClass.SUPPORT_SERVICE


class TestOpeningAReview:
    def test_is_recorded_and_changes_nothing(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        for _ in range(2):
            read_review(ReadReview(review_id=review.id, reader=a_reader()), uow)

        assert uow.audited == ["review.opened", "review.read", "review.read"]
        assert stored_review(uow, review.referral_id) == review

    def test_with_a_claim_is_published_once(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        for _ in range(2):
            claim_review(ClaimReview(review_id=review.id, reader=a_reader()), uow)

        assert published_types(uow).count("casework.review.claimed") == 1
        assert uow.audited == ["review.opened", "review.claimed"]
        assert uow.progress == [ProgressStep.RECEIVED, ProgressStep.BEING_READ]

    def test_records_a_taking_over(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        claim_review(ClaimReview(review_id=review.id, reader=a_reader(COLLEAGUE)), uow)

        claim_review(ClaimReview(review_id=review.id, reader=a_reader(), take_over=True), uow)

        assert "review.taken_over" in uow.audited
        assert stored_review(uow, review.referral_id).claimed_by == REVIEWER

    @pytest.mark.parametrize("reader", [a_reader(areas=("westborough",)), a_reader(NAVIGATOR), a_reader(areas=())])
    def test_is_not_for_who_may_not_know_of_it(self, reader: Any) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        with pytest.raises(rules.ReviewNotFound):
            claim_review(ClaimReview(review_id=review.id, reader=reader), uow)

    def test_gives_the_soonest_due_that_nobody_has(self) -> None:
        uow = FakeReviewUnitOfWork()
        received(uow)
        urgent = received(uow, facts={"immediate_danger": "yes"})
        open_next = ClaimNextReview(reader=a_reader())

        first = claim_next_review(open_next, uow)
        second = claim_next_review(open_next, uow)

        assert (first, second != first) == (urgent.id, True)
        with pytest.raises(NoReviewWaits):
            claim_next_review(open_next, uow)


class TestTheEstimate:
    def test_is_not_there_before_the_own_view(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        uow.estimates.store(an_estimate_event(review.referral_id), estimated=True)

        with pytest.raises(rules.OwnViewFirst):
            shown(uow, review)

        assert "review.estimate_shown" not in uow.audited

    def test_that_was_replaced_is_shown_beside_the_newest(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.store(an_estimate_event(review.referral_id), estimated=True)
        shown(uow, review)
        uow.estimates.store(an_estimate_event(review.referral_id, sequence=2, band=Band.HIGH), estimated=True)

        again = shown(uow, review)

        assert (again.sequence, again.answer.band) == (2, Band.HIGH)
        [view] = stored_review(uow, review.referral_id).own_views
        assert [(one.sequence, one.band, one.probability) for one in view.replaced] == [(1, Band.RAISED, 0.12)]

    def test_is_shown_as_replaced_only_to_reviewers_who_saw_it(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.store(an_estimate_event(review.referral_id), estimated=True)
        mine = ShowReplacement(review_id=review.id, reader=a_reader())
        assert show_replacement(mine, uow) is None
        shown(uow, review)
        assert show_replacement(mine, uow) is None
        uow.estimates.store(an_estimate_event(review.referral_id, sequence=2, band=Band.HIGH), estimated=True)

        view = show_replacement(mine, uow)

        assert view is not None
        assert (view.shown_at, [one.sequence for one in view.replaced]) == (uow.at, [1])
        assert show_replacement(replace(mine, reader=a_reader(COLLEAGUE)), uow) is None
        assert uow.audited.count("review.estimate_shown") == 2

    def test_of_another_version_is_not_shown(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.store(an_estimate_event(review.referral_id, referral_version=2), estimated=True)

        assert shown(uow, review) is None

    def test_that_was_refused_is_no_showing(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)
        uow.estimates.store(a_refusal_event(review.referral_id), estimated=False)

        refusal = shown(uow, review)

        assert refusal is not None
        assert stored_review(uow, review.referral_id).own_views[0].shown_at is None

    def test_changes_nothing_when_it_arrives(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        before = (stored_review(uow, review.referral_id), list(uow.published), list(uow.progress))

        uow.estimates.store(an_estimate_event(review.referral_id), estimated=True)

        assert (stored_review(uow, review.referral_id), uow.published, uow.progress) == before


class TestADecision:
    def test_opens_a_case_in_the_same_unit_of_work(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, SUPPORT)
        viewed(uow, review)

        case_id = decide_review(a_decision_of(review, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id), uow)

        assert case_id is not None
        assert (
            uow.cases.get(case_id, the_worker(team_id=team.id), AccessLevel.SUMMARY).referral_id == review.referral_id
        )
        assert published_types(uow)[-2:] == ["casework.review.decided", "casework.case.opened"]
        assert uow.progress[-1] is ProgressStep.ACCEPTED

    def test_for_safeguarding_opens_a_hand_over(self) -> None:
        team = a_team(RecipientClass.CHILDRENS_SERVICES)
        uow = FakeReviewUnitOfWork(team)
        review = received(uow, RecipientClass.CHILDRENS_SERVICES)
        viewed(uow, review)

        case_id = decide_review(a_decision_of(review, pathway=Pathway.SAFEGUARDING, team_id=team.id), uow)

        assert case_id is not None
        assert uow.cases.get(case_id, the_reviewer(), AccessLevel.SUMMARY).state is CaseState.AWAITING_CONFIRMATION

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

        assert [view.id for view in stored_review(uow, review.referral_id).own_views] == [view.id for view in views]

    def test_on_facts_that_have_changed_is_refused(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review)

        with pytest.raises(rules.StaleReview):
            decide_review(a_decision_of(review, revision=review.revision + 1), uow)

        assert stored_review(uow, review.referral_id).decision is None

    def test_follows_operation_deter_only_as_a_proposal(self) -> None:
        team = a_team(SUPPORT)
        uow = FakeReviewUnitOfWork(team)
        police = {"organisation_class": OrganisationClass.POLICE.value, "staff_id": None}
        review = received(uow, SUPPORT, referred_by=police, facts={"weapon_found_by_police_on": "2026-11-19"})
        viewed(uow, review)
        assert routing.proposed_pathway(uow.projections.subject(review.referral_id)) is Pathway.YOUTH_JUSTICE

        case_id = decide_review(a_decision_of(review, pathway=Pathway.EARLY_INTERVENTION, team_id=team.id), uow)

        assert case_id is not None

    def test_takes_no_weapon_from_a_navigators_tick(self) -> None:
        uow = FakeReviewUnitOfWork()

        review = received(uow, facts={"weapon_found_by_police_on": "2026-11-19"})

        assert routing.proposed_pathway(uow.projections.subject(review.referral_id)) is None


class TestAFurtherBasis:
    @pytest.mark.parametrize("consent", [LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER])
    def test_is_never_consent(self, consent: LawfulBasis) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)

        with pytest.raises(BasisRefused):
            add_basis(a_basis_for(review, consent), uow)

        assert uow.projections.added == {}

    def test_after_the_decision_is_refused(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = decided_with_nothing_more_to_do(uow)

        with pytest.raises(rules.ReviewEnded):
            add_basis(a_basis_for(review, LawfulBasis.PUBLIC_TASK), uow)

        assert uow.projections.added == {}

    def test_is_recorded_for_a_team_that_may_no_longer_know_its_case(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = decided_with_nothing_more_to_do(uow)
        uow.projections.hidden[review.id] = RecipientClass.YOUTH_JUSTICE

        add_basis(a_basis_for(review, LawfulBasis.PUBLIC_TASK), uow)

        assert uow.projections.added == {review.referral_id: {RecipientClass.YOUTH_JUSTICE}}


def decided_with_nothing_more_to_do(uow: FakeReviewUnitOfWork) -> rules.Review:
    review = received(uow)
    viewed(uow, review)
    decide_review(a_decision_of(review), uow)
    return stored_review(uow, review.referral_id)


class TestAQuestion:
    def test_goes_to_the_referrer_with_the_step(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        viewed(uow, review, level=SupportLevel.NOT_ENOUGH_INFORMATION)

        ask_referrer(AskReferrer(review_id=review.id, reader=a_reader(), question=Question.STRENGTHS, revision=1), uow)

        assert uow.questions[-1] is Question.STRENGTHS
        assert stored_review(uow, review.referral_id).paused_at == uow.at

    def test_still_waits_when_another_reviewer_takes_the_review_over(self) -> None:
        uow = FakeReviewUnitOfWork()
        review = received(uow)
        claim_review(ClaimReview(review_id=review.id, reader=a_reader()), uow)
        viewed(uow, review)
        ask_referrer(AskReferrer(review_id=review.id, reader=a_reader(), question=Question.STRENGTHS, revision=1), uow)

        claim_review(ClaimReview(review_id=review.id, reader=a_reader(COLLEAGUE), take_over=True), uow)

        assert uow.questions[-1] is Question.STRENGTHS
        assert published_types(uow)[-1] == "casework.review.question_asked"
