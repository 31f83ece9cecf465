"""The words of cases: every code has some, and a due time is said from now."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import Babel

from services.casework.domain.case import CaseState
from services.casework.domain.case_entries import EntryKind
from services.casework.entrypoints.case_due import due
from services.casework.entrypoints.case_labels import contact_label, label
from services.casework.entrypoints.fact_labels import fact_rows, text_rows
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Sex,
    SupportLevel,
    YoungPersonAnswer,
)
from tests.factories.cases import DECIDED_AT


@pytest.fixture(autouse=True)
def _a_page() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


class TestEveryCode:
    @pytest.mark.parametrize(
        "codes",
        [
            CaseState, EntryKind, CloseReason, ContactMode, Disability, Ethnicity, Outcome, Sex, SupportLevel,
            YoungPersonAnswer,
        ],
    )  # fmt: skip
    def test_has_words(self, codes: type[StrEnum]) -> None:
        assert all(label(code) for code in codes)

    def test_of_two_lists_with_one_value_keeps_its_own_words(self) -> None:
        assert label(Sex.PREFER_NOT_TO_SAY) == "Prefers not to say"
        assert label(Outcome.NOT_REACHED) == label(CloseReason.NOT_REACHED)

    def test_of_contact_that_we_do_not_know_is_shown_as_it_came(self) -> None:
        assert contact_label("by_pigeon") == "by pigeon"


class TestADueTime:
    @pytest.mark.parametrize(
        ("hours", "text", "urgency"),
        [
            (-50, "Overdue by 2 days", "overdue"),
            (-1.5, "Overdue by 1 hour 30 minutes", "overdue"),
            (0.01, "Due in 1 minute", "soon"),
            (1, "Due in 1 hour", "soon"),
            (6, "Due today", "later"),
            (24, "Due tomorrow", "later"),
            (72, "Due in 3 days", "later"),
        ],
    )
    def test_is_said_from_now(self, hours: float, text: str, urgency: str) -> None:
        values = due(DECIDED_AT + timedelta(hours=hours), DECIDED_AT)

        assert (values.text, values.urgency) == (text, urgency)


class TestFacts:
    def test_are_worded_and_what_is_not_known_is_left_out(self) -> None:
        rows = fact_rows(
            {
                "what_happened": ["threat", "other"],
                "injury": None,
                "self_harm_12m": False,
                "police_contacts_12m": 2,
                "weapon_found_by_police_on": "2026-11-20",
            }
        )

        assert [row["value"] for row in rows] == ["Threat, Something else", "No", "2", "20 November 2026"]

    def test_of_free_text_stand_below_their_question(self) -> None:
        rows = text_rows({"later_question": "x", "happened_at": "2026-07-22T01:30+00:00", "place": "street"})

        assert [row["text"] for row in rows] == ["22 July 2026 at 2:30am", "Street", "x"]

    def test_that_answers_a_reviewer_is_shown_below_the_question(self) -> None:
        rows = text_rows({"answer_age": "He is 15", "answer_later_question": "x"})

        assert [row["title"] for row in rows] == [
            "Answer to the reviewer’s question: How old is the young person?",
            "Other",
        ]
