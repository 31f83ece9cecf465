"""What somebody must still have to keep a case or a review."""

from typing import Any
from uuid import uuid4

import pytest

from services.casework.domain.case import SYSTEM, Act, Case
from services.casework.domain.case_entries import EntryKind
from services.casework.domain.case_rules import CaseIsClosed, CaseNotAssigned, HandOverIsWorkedElsewhere
from services.casework.domain.staff_member import StaffMember
from services.contracts.codes import CloseReason, OrganisationClass, RecipientClass, Role, UnassignReason
from tests.factories.cases import TEAM, a_case, a_hand_over, an_act, later


def a_holder(**changes: Any) -> StaffMember:
    given = {
        "staff_id": uuid4(),
        "active": True,
        "organisation_class": OrganisationClass.VOLUNTARY,
        "roles": frozenset({Role.REVIEWER, Role.EARLY_INTERVENTION_CASEWORKER}),
        "teams": frozenset({TEAM}),
        "areas": frozenset({"northside"}),
    }
    return StaffMember(**given | changes)


class TestAHolder:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({}, None),
            ({"areas": frozenset()}, None),
            ({"active": False}, UnassignReason.CANNOT_SIGN_IN),
            ({"roles": frozenset({Role.REVIEWER})}, UnassignReason.ROLE_ENDED),
            ({"roles": frozenset({Role.YOUTH_JUSTICE_CASEWORKER})}, UnassignReason.ROLE_ENDED),
            ({"organisation_class": OrganisationClass.POLICE}, UnassignReason.ROLE_ENDED),
            ({"teams": frozenset({uuid4()})}, UnassignReason.TEAM_ENDED),
        ],
    )
    def test_keeps_a_case_while_they_can_work_it(self, changes: dict[str, Any], why: UnassignReason | None) -> None:
        assert a_holder(**changes).unassign_reason(TEAM, RecipientClass.SUPPORT_SERVICE) == why

    @pytest.mark.parametrize(
        ("changes", "can"),
        [
            ({}, True),
            ({"teams": frozenset()}, True),
            ({"active": False}, False),
            ({"roles": frozenset({Role.TEAM_MANAGER})}, False),
            ({"organisation_class": OrganisationClass.POLICE}, False),
            ({"areas": frozenset({"westborough"})}, False),
        ],
    )
    def test_keeps_a_review_while_they_can_review_it(self, changes: dict[str, Any], can: bool) -> None:
        assert a_holder(**changes).can_review("northside") is can


class TestUnassigning:
    def test_is_an_entry_and_leaves_the_case_to_be_taken(self) -> None:
        case = _taken()

        case.unassign(UnassignReason.TEAM_ENDED, Act(entry_id=uuid4(), by=SYSTEM, at=later(70)))

        assert case.assignee_id is None
        assert (case.entries[-1].kind, case.entries[-1].unassign_reason) == (
            EntryKind.UNASSIGNED,
            UnassignReason.TEAM_ENDED,
        )
        case.take(an_act(at=later(80)))

    def test_is_for_an_open_case_that_somebody_has(self) -> None:
        for case, refused in ((a_case(), CaseNotAssigned), (a_hand_over(), HandOverIsWorkedElsewhere)):
            with pytest.raises(refused):
                case.unassign(UnassignReason.RETURNED, an_act(at=later(70)))
        closed = _taken()
        closed.close(CloseReason.OPENED_IN_ERROR, an_act(at=later(70)))
        with pytest.raises(CaseIsClosed):
            closed.unassign(UnassignReason.RETURNED, an_act(at=later(80)))


def _taken() -> Case:
    case = a_case()
    case.take(an_act())
    return case
