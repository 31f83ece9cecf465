"""Equality questions: when they are asked, and what is kept of the answers."""

from uuid import UUID

import pytest

from services.casework.application.record_case_equality import RecordCaseEquality, record_case_equality
from services.casework.domain import case_rules as rules
from services.casework.domain.case_reader import AccessLevel
from services.contracts.codes import (
    CloseReason,
    Ethnicity,
    Sex,
)
from tests.factories.cases import (
    WORKER,
    a_case,
    an_act,
    in_contact,
    the_worker,
    with_outcome,
)
from tests.fakes.casework_cases import FakeCaseUnitOfWork


class TestEquality:
    def equality_of(self, case_id: UUID, sex: Sex | None = None) -> RecordCaseEquality:
        return RecordCaseEquality(
            case_id=case_id, reader=the_worker(), ethnicity=Ethnicity.PREFER_NOT_TO_SAY, sex=sex, disability=None
        )

    def test_is_asked_at_first_contact_not_before(self) -> None:
        case = a_case(assignee_id=WORKER)

        with pytest.raises(rules.EqualityBeforeFirstContact):
            record_case_equality(self.equality_of(case.id), FakeCaseUnitOfWork(case))

    def test_with_no_answer_at_all_is_not_recorded_as_asked(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))
        nothing = RecordCaseEquality(case_id=case.id, reader=the_worker(), ethnicity=None, sex=None, disability=None)

        with pytest.raises(rules.NothingAnswered):
            record_case_equality(nothing, FakeCaseUnitOfWork(case))

    def test_keeps_not_asked_apart_from_prefer_not_to_say(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))
        uow = FakeCaseUnitOfWork(case)

        record_case_equality(self.equality_of(case.id), uow)

        [(_, body)] = uow.published
        assert (body["ethnicity"], body["disability"]) == (Ethnicity.PREFER_NOT_TO_SAY, None)

    def test_said_again_is_a_new_version_and_leaves_no_trace_in_the_case(self) -> None:
        case = in_contact(a_case(assignee_id=WORKER))
        uow = FakeCaseUnitOfWork(case)
        record_case_equality(self.equality_of(case.id), uow)

        record_case_equality(self.equality_of(case.id, Sex.FEMALE), uow)

        assert [equality.version for equality in uow.case_equality.recorded] == [1, 2]
        assert uow.cases.get(case.id, the_worker(), AccessLevel.FULL).version == case.version
        assert uow.published_types() == ["casework.equality.recorded"] * 2

    def test_is_not_asked_of_a_closed_case(self) -> None:
        case = with_outcome(in_contact(a_case(assignee_id=WORKER)))
        case.close(CloseReason.PLAN_FINISHED, an_act())
        uow = FakeCaseUnitOfWork(case)

        with pytest.raises(rules.CaseIsClosed):
            record_case_equality(self.equality_of(case.id), uow)

        assert uow.case_equality.recorded == []
