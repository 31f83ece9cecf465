"""The rules of a case, in the domain alone."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.casework.domain import case_rules as rules
from services.casework.domain.case import Case, CaseState
from services.casework.domain.case_clock import case_due_at
from services.casework.domain.case_entries import EntryKind
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Outcome,
    Pathway,
    RecipientClass,
    SupportLevel,
    YoungPersonAnswer,
)
from tests.factories.cases import (
    COLLEAGUE,
    DECIDED_AT,
    MANAGER,
    TEAM,
    WORKER,
    a_case,
    a_hand_over,
    an_act,
    in_contact,
    later,
    with_attempt,
    with_outcome,
)


def opened_on(pathway: Pathway, team_class: RecipientClass) -> Case:
    return Case.open(
        case_id=uuid4(),
        review_id=uuid4(),
        referral_id=uuid4(),
        person_id=uuid4(),
        team_id=TEAM,
        team_class=team_class,
        pathway=pathway,
        level=SupportLevel.PLANNED,
        area="northside",
        by=MANAGER,
        at=DECIDED_AT,
        due_at=DECIDED_AT,
    )


TODAY = date(2026, 11, 20)


class TestOpening:
    @pytest.mark.parametrize("pathway", [Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION])
    def test_is_refused_on_a_pathway_that_goes_to_no_team(self, pathway: Pathway) -> None:
        with pytest.raises(rules.NoCaseOnPathway):
            opened_on(pathway, RecipientClass.SUPPORT_SERVICE)

    def test_is_refused_on_a_team_of_another_class(self) -> None:
        with pytest.raises(rules.TeamNotOfPathway):
            opened_on(Pathway.EARLY_INTERVENTION, RecipientClass.YOUTH_JUSTICE)

    @pytest.mark.parametrize("pathway", [Pathway.SAFEGUARDING, Pathway.ADULT_SERVICES])
    def test_gives_a_hand_over_that_waits_for_its_receiver(self, pathway: Pathway) -> None:
        assert a_case(pathway=pathway).state is CaseState.AWAITING_CONFIRMATION

    def test_is_the_first_entry_of_the_chronology(self) -> None:
        case = a_case()

        assert [entry.kind for entry in case.entries] == [EntryKind.OPENED]
        assert case.version == 1


class TestTheClock:
    def test_counts_the_hours_of_the_level_from_the_decision(self) -> None:
        due = case_due_at(DECIDED_AT, SupportLevel.URGENT, {SupportLevel.URGENT: 5, SupportLevel.PLANNED: 9})

        assert due == DECIDED_AT + timedelta(hours=5)

    def test_counts_a_level_without_hours_as_planned(self) -> None:
        due = case_due_at(DECIDED_AT, SupportLevel.LIGHT, {SupportLevel.PLANNED: 9})

        assert due == DECIDED_AT + timedelta(hours=9)


class TestTaking:
    def test_gives_a_free_case_to_whoever_takes_it(self) -> None:
        case = a_case()

        case.take(an_act(WORKER))

        assert case.assignee_id == WORKER

    def test_is_refused_when_somebody_has_it(self) -> None:
        case = a_case(assignee_id=COLLEAGUE)

        with pytest.raises(rules.CaseAlreadyAssigned):
            case.take(an_act(WORKER))

    def test_is_refused_of_a_hand_over(self) -> None:
        with pytest.raises(rules.HandOverIsWorkedElsewhere):
            a_hand_over().take(an_act())


class TestAssigning:
    def test_moves_a_case_from_one_worker_to_another(self) -> None:
        case = a_case(assignee_id=WORKER)

        case.assign(COLLEAGUE, an_act(MANAGER))

        assert case.assignee_id == COLLEAGUE
        assert case.entries[-1].recorded_by == MANAGER


class TestANote:
    def test_corrected_stays_beside_its_correction(self) -> None:
        case = a_case(assignee_id=WORKER)
        wrong = an_act()
        case.note("Lives with his aunt", wrong)

        case.correct_note(wrong.entry_id, "Lives with his grandmother", an_act(at=later(90)))

        texts = [entry.text for entry in case.entries if entry.text]
        assert texts == ["Lives with his aunt", "Lives with his grandmother"]
        assert case.entries[-1].corrects_id == wrong.entry_id

    def test_is_corrected_once_and_then_its_newest_wording_is(self) -> None:
        case = a_case(assignee_id=WORKER)
        first, second = an_act(), an_act()
        case.note("One", first)
        case.correct_note(first.entry_id, "Two", second)

        with pytest.raises(rules.NoteAlreadyCorrected):
            case.correct_note(first.entry_id, "Three", an_act())
        case.correct_note(second.entry_id, "Three", an_act())

    def test_of_another_case_is_not_found(self) -> None:
        with pytest.raises(rules.NoteNotFound):
            a_case(assignee_id=WORKER).correct_note(uuid4(), "Text", an_act())


class TestAContactAttempt:
    def test_cannot_lie_in_the_future(self) -> None:
        with pytest.raises(rules.InTheFuture):
            a_case().attempt_contact(
                ContactMode.PHONE, reached=True, attempted_at=later(61), text=None, act=an_act(at=later(60))
            )

    def test_cannot_lie_before_the_case(self) -> None:
        with pytest.raises(rules.BeforeTheCase):
            a_case().attempt_contact(
                ContactMode.PHONE,
                reached=True,
                attempted_at=DECIDED_AT - timedelta(minutes=2),
                text=None,
                act=an_act(),
            )

    def test_may_lie_in_the_minute_of_the_opening(self) -> None:
        case = a_case()

        case.attempt_contact(
            ContactMode.PHONE, reached=False, attempted_at=DECIDED_AT.replace(second=0), text=None, act=an_act()
        )

        assert case.entries[-1].kind is EntryKind.CONTACT_ATTEMPTED


class TestFirstContact:
    def test_happened_when_the_attempt_did(self) -> None:
        case = a_case(assignee_id=WORKER)
        attempt_id = with_attempt(case, reached=True)

        case.make_first_contact(attempt_id, an_act(at=later(300)), today=TODAY)

        assert case.first_contact_at == later(20)

    def test_needs_an_attempt_that_reached_the_young_person(self) -> None:
        case = a_case(assignee_id=WORKER)
        attempt_id = with_attempt(case, reached=False)

        with pytest.raises(rules.NotReached):
            case.make_first_contact(attempt_id, an_act(), today=TODAY)

    def test_needs_an_attempt_of_this_case(self) -> None:
        with pytest.raises(rules.AttemptNotFound):
            a_case(assignee_id=WORKER).make_first_contact(uuid4(), an_act(), today=TODAY)

    def test_is_recorded_once(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))

        with pytest.raises(rules.FirstContactAlreadyRecorded):
            case.make_first_contact(with_attempt(case, reached=True), an_act(), today=TODAY)


class TestTheYoungPersonsAnswer:
    def test_waits_for_the_first_contact(self) -> None:
        with pytest.raises(rules.AnswerBeforeFirstContact):
            a_case(assignee_id=WORKER).record_answer(YoungPersonAnswer.ACCEPTS, an_act(), today=TODAY)

    def test_may_be_given_with_the_first_contact(self) -> None:
        case = a_case(assignee_id=WORKER)

        case.make_first_contact(
            with_attempt(case, reached=True), an_act(), answer=YoungPersonAnswer.ACCEPTS, today=TODAY
        )

        assert case.answer is YoungPersonAnswer.ACCEPTS

    def test_later_needs_a_date_that_is_not_past(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))

        with pytest.raises(rules.LaterNeedsDate):
            case.record_answer(YoungPersonAnswer.LATER, an_act(), today=TODAY)
        with pytest.raises(rules.LaterIsPast):
            case.record_answer(YoungPersonAnswer.LATER, an_act(), later_on=date(2026, 11, 19), today=TODAY)
        case.record_answer(YoungPersonAnswer.LATER, an_act(), later_on=TODAY, today=TODAY)

    def test_has_a_date_for_later_alone(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))

        with pytest.raises(rules.DateOnlyForLater):
            case.record_answer(YoungPersonAnswer.DECLINES, an_act(), later_on=date(2026, 12, 1), today=TODAY)

    def test_that_changes_leaves_the_earlier_one_in_the_chronology(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))
        case.record_answer(YoungPersonAnswer.LATER, an_act(), later_on=date(2026, 12, 1), today=TODAY)

        case.record_answer(YoungPersonAnswer.ACCEPTS, an_act(), today=TODAY)

        assert (case.answer, case.later_on) == (YoungPersonAnswer.ACCEPTS, None)
        assert [entry.answer for entry in case.entries if entry.answer] == ["later", "accepts"]


class TestClosing:
    def test_needs_an_outcome(self) -> None:
        with pytest.raises(rules.CloseNeedsOutcome):
            a_case(assignee_id=WORKER).close(CloseReason.PLAN_FINISHED, an_act())

    def test_of_a_case_opened_in_error_needs_none(self) -> None:
        case = a_case(assignee_id=WORKER)

        case.close(CloseReason.OPENED_IN_ERROR, an_act())

        assert case.state is CaseState.CLOSED

    def test_ends_the_work(self) -> None:
        case = with_outcome(a_case(assignee_id=WORKER))
        case.close(CloseReason.PLAN_FINISHED, an_act())

        for work in (
            lambda: case.note("Text", an_act()),
            lambda: case.record_outcome(Outcome.DECLINED, an_act()),
            lambda: case.close(CloseReason.DECLINED, an_act()),
            lambda: case.assign(COLLEAGUE, an_act()),
        ):
            with pytest.raises(rules.CaseIsClosed):
                work()

    def test_taken_back_stays_in_the_chronology(self) -> None:
        case = with_outcome(a_case(assignee_id=WORKER))
        case.close(CloseReason.PLAN_FINISHED, an_act())

        case.reopen("Closed the wrong case", an_act(MANAGER))

        assert (case.state, case.closed_at, case.close_reason) == (CaseState.OPEN, None, None)
        assert [entry.kind for entry in case.entries[-2:]] == [EntryKind.CLOSED, EntryKind.REOPENED]

    def test_of_an_open_case_cannot_be_taken_back(self) -> None:
        with pytest.raises(rules.CaseNotClosed):
            a_case().reopen("Why", an_act(MANAGER))


class TestAHandOver:
    def test_stays_open_until_its_receiver_confirms(self) -> None:
        hand_over = a_hand_over()

        hand_over.confirm_hand_over("A. Duty Worker", later(10), an_act(at=later(15)))

        assert (hand_over.state, hand_over.confirmed_at) == (CaseState.CONFIRMED, later(10))

    def test_is_confirmed_once(self) -> None:
        hand_over = a_hand_over()
        hand_over.confirm_hand_over("A. Duty Worker", later(10), an_act(at=later(15)))

        with pytest.raises(rules.HandOverAlreadyConfirmed):
            hand_over.confirm_hand_over("Another", later(11), an_act(at=later(15)))

    def test_cannot_be_confirmed_in_the_future(self) -> None:
        with pytest.raises(rules.InTheFuture):
            a_hand_over().confirm_hand_over("A. Duty Worker", later(16), an_act(at=later(15)))

    def test_is_not_worked_here(self) -> None:
        with pytest.raises(rules.HandOverIsWorkedElsewhere):
            a_hand_over().note("Text", an_act())

    def test_is_no_case_to_confirm_when_it_is_a_case(self) -> None:
        with pytest.raises(rules.NotAHandOver):
            a_case().confirm_hand_over("A. Duty Worker", later(10), an_act(at=later(15)))


class TestAVersion:
    def test_rises_with_every_entry_and_refuses_a_writer_who_read_an_older_one(self) -> None:
        case = a_case(assignee_id=WORKER)
        seen = case.version

        case.note("Text", an_act())

        assert case.version == seen + 1
        with pytest.raises(rules.StaleCase):
            case.require_version(seen)
