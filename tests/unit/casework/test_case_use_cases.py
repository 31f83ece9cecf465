"""What the use cases of a case change, tell and record."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.casework.application.assign_case import AssignCase, assign_case
from services.casework.application.attempt_case_contact import AttemptCaseContact, attempt_case_contact
from services.casework.application.close_case import CloseCase, ReopenCase, close_case, reopen_case
from services.casework.application.confirm_case_hand_over import ConfirmCaseHandOver, confirm_case_hand_over
from services.casework.application.open_case import OpenCase, open_case
from services.casework.application.record_case_answer import (
    RecordCaseAnswer,
    RecordFirstContact,
    record_case_answer,
    record_first_contact,
)
from services.casework.application.record_case_outcome import RecordCaseOutcome, record_case_outcome
from services.casework.application.take_case import TakeCase, TakeNextCase, take_case, take_next_case
from services.casework.application.write_case_note import WriteCaseNote, write_case_note
from services.casework.domain import case_rules as rules
from services.casework.domain.case_reader import AccessLevel, case_reader
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    OrganisationClass,
    Outcome,
    Pathway,
    ProgressStep,
    RecipientClass,
    Role,
    SupportLevel,
    YoungPersonAnswer,
)
from tests.factories.cases import (
    COLLEAGUE,
    DECIDED_AT,
    REVIEWER,
    TEAM,
    WORKER,
    a_case,
    a_hand_over,
    in_contact,
    later,
    the_manager,
    the_reviewer,
    the_worker,
    with_attempt,
    with_outcome,
)
from tests.fakes.casework_cases import FakeCaseUnitOfWork


class TestOpenCase:
    def test_puts_a_case_on_the_teams_queue_and_publishes_it(self) -> None:
        uow = FakeCaseUnitOfWork()

        case_id = open_case(
            OpenCase(
                case_id=uuid4(),
                review_id=uuid4(),
                referral_id=uuid4(),
                person_id=uuid4(),
                team_id=TEAM,
                team_class=RecipientClass.SUPPORT_SERVICE,
                pathway=Pathway.EARLY_INTERVENTION,
                level=SupportLevel.PLANNED,
                area="northside",
                opened_by=REVIEWER,
                opened_at=DECIDED_AT,
                due_at=later(600),
            ),
            uow,
        )

        assert uow.cases.get(case_id, the_worker(), AccessLevel.SUMMARY).due_at == later(600)
        assert uow.published_types() == ["casework.case.opened"]
        assert uow.audited == ["case.opened"]


class TestTakeCase:
    def test_gives_it_to_the_worker_who_takes_it(self) -> None:
        case = a_case()
        uow = FakeCaseUnitOfWork(case)

        take_case(TakeCase(case_id=case.id, entry_id=uuid4(), reader=the_worker()), uow)

        assert uow.cases.get(case.id, the_worker(), AccessLevel.FULL).assignee_id == WORKER
        assert uow.published_types() == ["casework.case.assigned"]

    def test_of_another_team_finds_no_case(self) -> None:
        case = a_case()

        with pytest.raises(rules.CaseNotFound):
            take_case(
                TakeCase(case_id=case.id, entry_id=uuid4(), reader=the_worker(team_id=uuid4())),
                FakeCaseUnitOfWork(case),
            )

    def test_that_no_basis_covers_finds_no_case(self) -> None:
        case = a_case()
        uow = FakeCaseUnitOfWork(case)
        uow.cases.uncovered.add(case.referral_id)

        with pytest.raises(rules.CaseNotFound):
            take_case(TakeCase(case_id=case.id, entry_id=uuid4(), reader=the_worker()), uow)


class TestTakeNextCase:
    def test_gives_the_soonest_due_one_that_nobody_has(self) -> None:
        taken = a_case(due_at=later(10), assignee_id=COLLEAGUE)
        second, first = a_case(due_at=later(30)), a_case(due_at=later(20))
        uow = FakeCaseUnitOfWork(taken, second, first, a_hand_over(due_at=later(5)))

        case_id = take_next_case(TakeNextCase(entry_id=uuid4(), reader=the_worker()), uow)

        assert case_id == first.id

    def test_gives_none_when_nothing_waits(self) -> None:
        uow = FakeCaseUnitOfWork(a_case(assignee_id=COLLEAGUE))

        assert take_next_case(TakeNextCase(entry_id=uuid4(), reader=the_worker()), uow) is None


class TestAssignCase:
    def test_gives_it_to_an_active_member_of_the_team(self) -> None:
        case = a_case()
        uow = FakeCaseUnitOfWork(case, members={(TEAM, COLLEAGUE)})

        assign_case(
            AssignCase(case_id=case.id, entry_id=uuid4(), reader=the_manager(), version=1, assignee_id=COLLEAGUE), uow
        )

        assert uow.cases.get(case.id, the_manager(), AccessLevel.FULL).assignee_id == COLLEAGUE

    def test_refuses_somebody_outside_the_team(self) -> None:
        case = a_case()

        with pytest.raises(rules.NotAMemberOfTheTeam):
            assign_case(
                AssignCase(case_id=case.id, entry_id=uuid4(), reader=the_manager(), version=1, assignee_id=COLLEAGUE),
                FakeCaseUnitOfWork(case),
            )

    def test_is_the_managers_alone(self) -> None:
        case = a_case(assignee_id=WORKER)
        uow = FakeCaseUnitOfWork(case, members={(TEAM, COLLEAGUE)})

        with pytest.raises(rules.CaseNotFound):
            assign_case(
                AssignCase(case_id=case.id, entry_id=uuid4(), reader=the_worker(), version=2, assignee_id=COLLEAGUE),
                uow,
            )


class TestWork:
    def test_on_a_colleagues_case_finds_no_case(self) -> None:
        case = a_case(assignee_id=COLLEAGUE)

        with pytest.raises(rules.CaseNotFound):
            write_case_note(
                WriteCaseNote(case_id=case.id, entry_id=uuid4(), reader=the_worker(), text="Text"),
                FakeCaseUnitOfWork(case),
            )

    def test_publishes_no_note(self) -> None:
        case = a_case(assignee_id=WORKER)
        uow = FakeCaseUnitOfWork(case)

        write_case_note(WriteCaseNote(case_id=case.id, entry_id=uuid4(), reader=the_worker(), text="Text"), uow)

        assert uow.published_types() == []
        assert uow.audited == ["case.note_written"]

    def test_on_a_version_that_is_past_is_refused(self) -> None:
        case = with_outcome(a_case(assignee_id=WORKER))

        with pytest.raises(rules.StaleCase):
            close_case(
                CloseCase(
                    case_id=case.id,
                    entry_id=uuid4(),
                    reader=the_worker(),
                    version=case.version - 1,
                    reason=CloseReason.PLAN_FINISHED,
                ),
                FakeCaseUnitOfWork(case),
            )


class TestContact:
    def test_is_published_with_its_mode_and_whether_it_reached(self) -> None:
        case = a_case(assignee_id=WORKER)
        uow = FakeCaseUnitOfWork(case)

        attempt_case_contact(
            AttemptCaseContact(
                case_id=case.id,
                entry_id=uuid4(),
                reader=the_worker(),
                mode=ContactMode.FACE_TO_FACE,
                reached=False,
                attempted_at=later(15),
                text="No one in",
            ),
            uow,
        )

        [(_, body)] = uow.published
        assert (body["mode"], body["reached"], body["at"]) == ("face_to_face", False, later(15))
        assert "No one in" not in str(body)

    def test_made_first_is_a_step_the_referrer_sees(self) -> None:
        case = a_case(assignee_id=WORKER)
        attempt_id = with_attempt(case, reached=True)
        uow = FakeCaseUnitOfWork(case)

        record_first_contact(
            RecordFirstContact(
                case_id=case.id, entry_id=uuid4(), reader=the_worker(), version=case.version, attempt_id=attempt_id
            ),
            uow,
        )

        assert uow.published_types() == ["casework.case.first_contact_made"]
        assert uow.progress == [ProgressStep.FIRST_CONTACT_MADE]


class TestAnAnswerOfLater:
    def test_is_not_before_the_day_that_it_is_in_london(self) -> None:
        """In summer London's day begins an hour before that of UTC."""
        case = in_contact(a_case(assignee_id=WORKER))
        uow = FakeCaseUnitOfWork(case, at=datetime(2027, 6, 30, 23, 30, tzinfo=UTC))

        def answered(later_on: date) -> None:
            command = RecordCaseAnswer(
                case_id=case.id,
                entry_id=uuid4(),
                reader=the_worker(),
                version=case.version,
                answer=YoungPersonAnswer.LATER,
                later_on=later_on,
            )
            record_case_answer(command, uow)

        with pytest.raises(rules.LaterIsPast):
            answered(date(2027, 6, 30))
        answered(date(2027, 7, 1))


class TestTheEnd:
    def test_is_an_outcome_and_then_a_close(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))
        uow = FakeCaseUnitOfWork(case)

        record_case_outcome(
            RecordCaseOutcome(
                case_id=case.id,
                entry_id=uuid4(),
                reader=the_worker(),
                version=case.version,
                outcome=Outcome.SUPPORT_COMPLETED,
            ),
            uow,
        )
        close_case(
            CloseCase(
                case_id=case.id,
                entry_id=uuid4(),
                reader=the_worker(),
                version=case.version + 1,
                reason=CloseReason.PLAN_FINISHED,
            ),
            uow,
        )

        assert uow.published_types() == ["casework.outcome.recorded", "casework.case.closed"]
        assert uow.progress == [ProgressStep.CLOSED]

    @pytest.mark.parametrize("contacted", [True, False])
    def test_taken_back_by_the_manager_brings_back_the_step_before(self, contacted: bool) -> None:
        case = a_case(assignee_id=WORKER)
        case = with_outcome(in_contact(case) if contacted else case)
        uow = FakeCaseUnitOfWork(case)
        close_case(
            CloseCase(
                case_id=case.id,
                entry_id=uuid4(),
                reader=the_worker(),
                version=case.version,
                reason=CloseReason.DECLINED,
            ),
            uow,
        )

        reopen_case(
            ReopenCase(
                case_id=case.id, entry_id=uuid4(), reader=the_manager(), version=case.version + 1, why="Wrong case"
            ),
            uow,
        )

        before = ProgressStep.FIRST_CONTACT_MADE if contacted else ProgressStep.ACCEPTED
        assert uow.progress == [ProgressStep.CLOSED, before]
        assert "Wrong case" not in str(uow.published)


class TestConfirmHandOver:
    @pytest.mark.parametrize("who", [the_reviewer(), the_manager(), the_worker()])
    def test_is_recorded_by_the_receiving_team_or_a_reviewer_of_the_area(self, who: object) -> None:
        case = a_hand_over()
        uow = FakeCaseUnitOfWork(case)

        confirm_case_hand_over(
            ConfirmCaseHandOver(
                case_id=case.id,
                entry_id=uuid4(),
                reader=who,  # type: ignore[arg-type]
                version=1,
                confirmed_by="Duty social worker",
                confirmed_at=later(30),
            ),
            uow,
        )

        assert uow.published_types() == ["casework.case.hand_over_confirmed"]

    def test_is_not_for_a_reviewer_of_another_area(self) -> None:
        case = a_hand_over()

        with pytest.raises(rules.CaseNotFound):
            confirm_case_hand_over(
                ConfirmCaseHandOver(
                    case_id=case.id,
                    entry_id=uuid4(),
                    reader=the_reviewer(area="westborough"),
                    version=1,
                    confirmed_by="Duty social worker",
                    confirmed_at=later(30),
                ),
                FakeCaseUnitOfWork(case),
            )


class TestAReader:
    def reader_with(self, *roles: Role, organisation: OrganisationClass = OrganisationClass.VOLUNTARY) -> object:
        return case_reader(
            staff_id=WORKER,
            roles=frozenset(roles),
            organisation_class=organisation,
            teams=frozenset({TEAM}),
            areas=frozenset({"northside"}),
            on=DECIDED_AT.date(),
        )

    def test_of_the_police_knows_no_case_whatever_their_roles(self) -> None:
        reader = self.reader_with(*Role, organisation=OrganisationClass.POLICE)

        assert reader == case_reader(
            staff_id=WORKER,
            roles=frozenset(),
            organisation_class=OrganisationClass.HEALTH,
            teams=frozenset(),
            areas=frozenset(),
            on=DECIDED_AT.date(),
        )

    def test_of_early_intervention_works_no_youth_justice_case(self) -> None:
        reader = self.reader_with(Role.EARLY_INTERVENTION_CASEWORKER)

        assert RecipientClass.YOUTH_JUSTICE not in reader.classes  # type: ignore[attr-defined]
        assert RecipientClass.SUPPORT_SERVICE in reader.classes  # type: ignore[attr-defined]
