"""A contact attempt shows how to reach the young person and what to avoid; a way on that list asks why."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import case_entries
from services.casework.adapters.tables import identities
from services.contracts.codes import RecipientClass, Role
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import ReviewWorld, a_key

TOLD = {
    "phone": "+447700900982",
    "address": "4 Invented Row",
    "postcode": "BN1 1AA",
    "safe_contact": ["text"],
    "do_not_contact": ["at_home", "by_phone"],
}


def worked(world: ReviewWorld, **data: Any) -> tuple[Client, UUID]:
    referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
    with world.database.write() as connection:
        theirs = sa.update(identities).where(identities.c.referral_id == referral.id)
        connection.execute(theirs.values(details=TOLD | data))
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post("/casework/queue/next")
    return worker, case_id


def attempted(worker: Client, case_id: UUID, **content: Any) -> Any:
    body = {"mode": "phone", "reached": False} | content
    return worker.post_json(f"/casework/api/v1/cases/{case_id}/contact-attempts", body, **a_key())


def test_the_badge_names_what_to_avoid(review_world: ReviewWorld) -> None:
    worker, case_id = worked(review_world)

    assert "Do not contact: at home, by phone" in text_of(worker.get(f"/casework/cases/{case_id}"))


def test_the_badge_points_to_a_note_that_is_all_that_was_said(review_world: ReviewWorld) -> None:
    worker, case_id = worked(review_world, do_not_contact=[], do_not_contact_note="Nobody at number 5")

    assert "Do not contact: read the note" in text_of(worker.get(f"/casework/cases/{case_id}"))


def test_the_page_of_an_attempt_shows_numbers_and_what_to_avoid(review_world: ReviewWorld) -> None:
    worker, case_id = worked(review_world)

    page = text_of(worker.get(f"/casework/cases/{case_id}/contact-attempts/new"))

    for data in ("07700 900982", "4 Invented Row", "Do not contact At home, By phone", "Text message"):
        assert data in page
    assert page.count("On the do-not-contact list") == 2


@pytest.mark.parametrize(
    ("mode", "status"), [("phone", 422), ("home_visit", 422), ("text", 201), ("face_to_face", 201)]
)
def test_a_way_on_the_list_asks_why(review_world: ReviewWorld, mode: str, status: int) -> None:
    worker, case_id = worked(review_world)

    answer = attempted(worker, case_id, mode=mode)

    assert answer.status_code == status
    if status == 422:
        assert [error["pointer"] for error in answer.json["errors"]] == ["/why"]


def test_why_is_recorded_in_the_chronology(review_world: ReviewWorld) -> None:
    worker, case_id = worked(review_world)

    saved = attempted(worker, case_id, why="He asked us to ring him")

    assert saved.status_code == 201
    assert [row["why"] for row in review_world.rows(case_entries) if row["mode"]] == ["He asked us to ring him"]
    assert "He asked us to ring him" in text_of(worker.get(f"/casework/cases/{case_id}"))


def test_the_page_asks_why_and_keeps_what_was_typed(review_world: ReviewWorld) -> None:
    worker, case_id = worked(review_world)
    when = {
        "attempted_at-day": "20",
        "attempted_at-month": "11",
        "attempted_at-year": "2026",
        "attempted_at-time": "02:30",
    }
    form = when | {"mode": "phone", "reached": "no"}

    page = worker.post(f"/casework/cases/{case_id}/contact-attempts/new", form | {"note": "No answer", "key": "k"})

    assert page.status_code == 422
    assert 'href="#why"' in page.text
    assert "No answer" in page.text
