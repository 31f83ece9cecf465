"""What a case may never be is refused by the schema itself, whatever the code does."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import case_entries, cases
from services.contracts.codes import Pathway, RecipientClass
from tests.factories.cases import WORKER, later
from tests.integration.casework.case_world import CaseWorld

Change = dict[str, Any]


@pytest.fixture
def refused(case_world: CaseWorld) -> Callable[[sa.Executable], bool]:
    def is_refused(statement: sa.Executable) -> bool:
        try:
            with case_world.database.write() as connection:
                connection.execute(statement)
        except sa.exc.IntegrityError:
            return True
        return False

    return is_refused


class TestACaseRow:
    @pytest.mark.parametrize(
        ("pathway", "change"),
        [
            (Pathway.EARLY_INTERVENTION, {"team_class": RecipientClass.YOUTH_JUSTICE}),
            (Pathway.EARLY_INTERVENTION, {"pathway": Pathway.SAFEGUARDING}),
            (Pathway.EARLY_INTERVENTION, {"state": "confirmed", "confirmed_at": later()}),
            (Pathway.EARLY_INTERVENTION, {"state": "closed"}),
            (Pathway.EARLY_INTERVENTION, {"closed_at": later()}),
            (
                Pathway.EARLY_INTERVENTION,
                {"state": "closed", "closed_at": later(), "close_reason": "plan_finished"},
            ),
            (Pathway.EARLY_INTERVENTION, {"answer": "accepts"}),
            (Pathway.EARLY_INTERVENTION, {"answer": "later", "first_contact_at": later()}),
            (Pathway.EARLY_INTERVENTION, {"later_on": later().date(), "first_contact_at": later()}),
            (Pathway.EARLY_INTERVENTION, {"version": 0}),
            (Pathway.SAFEGUARDING, {"assignee_id": WORKER}),
            (Pathway.SAFEGUARDING, {"state": "open"}),
            (Pathway.SAFEGUARDING, {"state": "confirmed"}),
        ],
    )
    def test_is_refused_when_it_contradicts_itself(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool], pathway: Pathway, change: Change
    ) -> None:
        team_id = case_world.team(RecipientClass.SUPPORT_SERVICE)
        case_id = case_world.case(team_id, pathway=pathway)

        assert refused(sa.update(cases).where(cases.c.id == case_id).values(**change))

    def test_is_one_per_review(self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool]) -> None:
        team_id = case_world.team(RecipientClass.SUPPORT_SERVICE)
        first, second = case_world.case(team_id), case_world.case(team_id)
        [row] = case_world.rows(cases, id=first)

        assert refused(sa.update(cases).where(cases.c.id == second).values(review_id=row["review_id"]))


class TestAnEntryRow:
    def entry(self, case_world: CaseWorld, **what: Any) -> sa.Insert:
        if "case_id" not in what:
            what["case_id"] = case_world.case(case_world.team(RecipientClass.SUPPORT_SERVICE))
        whole = {
            "id": uuid4(),
            "version": 2,
            "kind": "note",
            "occurred_at": later(),
            "recorded_at": later(),
            "recorded_by": WORKER,
        }
        return sa.insert(case_entries).values(**whole | what)

    @pytest.mark.parametrize(
        "what",
        [
            {"kind": "note"},
            {"kind": "note", "text": "Text", "outcome": "declined"},
            {"kind": "contact_attempted", "mode": "phone"},
            {"kind": "assigned"},
            {"kind": "outcome_recorded"},
            {"kind": "closed"},
            {"kind": "note_corrected", "text": "Text"},
            {"kind": "answer_recorded"},
            {"kind": "hand_over_confirmed"},
            {"kind": "note", "text": "Text", "version": 1},
            {"kind": "note", "text": "Text", "occurred_at": later(61), "recorded_at": later(60)},
            {"kind": "first_contact_made", "mode": "phone", "reached": True, "attempt_id": uuid4()},
        ],
    )
    def test_is_refused_when_it_does_not_say_what_its_kind_says(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool], what: Change
    ) -> None:
        assert refused(self.entry(case_world, **what))

    def test_of_a_first_contact_is_refused_when_the_attempt_reached_nobody(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool]
    ) -> None:
        case_id = case_world.case(case_world.team(RecipientClass.SUPPORT_SERVICE))
        attempt_id = uuid4()
        attempt = {"id": attempt_id, "kind": "contact_attempted", "mode": "phone", "reached": False}
        assert not refused(self.entry(case_world, case_id=case_id, **attempt))

        contact = {"kind": "first_contact_made", "version": 3, "mode": "phone", "attempt_id": attempt_id}

        assert refused(self.entry(case_world, case_id=case_id, reached=True, **contact))
        assert refused(self.entry(case_world, case_id=case_id, reached=False, **contact))

    def test_of_a_first_contact_is_one_per_case(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool]
    ) -> None:
        case_id = case_world.case(case_world.team(RecipientClass.SUPPORT_SERVICE))
        attempt_id = uuid4()
        reached = {"case_id": case_id, "mode": "phone", "reached": True}
        assert not refused(self.entry(case_world, id=attempt_id, kind="contact_attempted", **reached))
        contact = reached | {"kind": "first_contact_made", "attempt_id": attempt_id}

        assert not refused(self.entry(case_world, version=3, **contact))
        assert refused(self.entry(case_world, version=4, **contact))

    def test_of_a_correction_is_one_per_note(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool]
    ) -> None:
        case_id = case_world.case(case_world.team(RecipientClass.SUPPORT_SERVICE))
        note_id = uuid4()
        assert not refused(self.entry(case_world, case_id=case_id, id=note_id, text="Wrong"))
        correction = {"case_id": case_id, "kind": "note_corrected", "corrects_id": note_id, "text": "Right"}

        assert not refused(self.entry(case_world, version=3, **correction))
        assert refused(self.entry(case_world, version=4, **correction))

    @pytest.mark.parametrize("change", [{"text": "Another"}, {"recorded_by": uuid4()}, {"occurred_at": later(-9)}])
    def test_is_never_changed_or_taken_back(
        self, case_world: CaseWorld, refused: Callable[[sa.Executable], bool], change: Change
    ) -> None:
        assert not refused(self.entry(case_world, text="As it was"))

        assert refused(sa.update(case_entries).values(**change))
        assert refused(sa.delete(case_entries))
        assert "As it was" in [row["text"] for row in case_world.rows(case_entries)]
