"""What somebody holds when they leave, or lose the role, team or area that it needs."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.case_tables import case_entries, case_notices, cases
from services.casework.adapters.review_tables import review_questions, reviews
from services.casework.domain.case import SYSTEM
from services.contracts import envelope
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_world import Referred, ReviewWorld, an_own_view

CASES = "/casework/api/v1/cases"
NOTICES = "/casework/api/v1/case-notices"
ANOTHER = UUID("00000000-0000-4000-8000-0000000000c2")

LEAVERS: dict[str, dict[str, Any]] = {
    "can no longer sign in": {"active": False},
    "has another role": {"roles": [Role.NAVIGATOR]},
    "is of the police": {"organisation_class": OrganisationClass.POLICE},
}


def published(world: ReviewWorld, event_type: str) -> list[dict[str, Any]]:
    outbox = world.service.tables.outbox
    events = [envelope.read(row["value"]) for row in world.rows(outbox)]
    return [dict(event.data) for event in events if event.type == event_type]


def a_worked_case(world: ReviewWorld) -> tuple[UUID, Client]:
    _, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post("/casework/queue/next")
    return case_id, worker


def listed(client: Client, which: str) -> list[str]:
    return [item["id"] for item in client.get(f"{CASES}?list={which}").json["items"]]


class TestACase:
    @pytest.mark.parametrize("changed", [*LEAVERS.values(), {"teams": []}], ids=[*LEAVERS, "left the team"])
    def test_of_who_can_no_longer_work_it_is_everybodys_of_the_team(
        self, review_world: ReviewWorld, changed: dict[str, Any]
    ) -> None:
        case_id, worker = a_worked_case(review_world)
        colleague = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        assert listed(colleague, "unassigned") == []

        review_world.staff_changed(worker, **changed)

        assert listed(colleague, "unassigned") == [str(case_id)]
        assert colleague.post("/casework/queue/next").headers["Location"].startswith(f"/casework/cases/{case_id}")

    def test_records_in_its_chronology_that_it_was_unassigned_and_why(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)

        review_world.staff_changed(worker, active=False)

        [entry] = review_world.rows(case_entries, case_id=case_id, kind="unassigned")
        assert (entry["unassign_reason"], entry["recorded_by"]) == ("cannot_sign_in", SYSTEM)
        [event] = published(review_world, "casework.case.unassigned")
        assert (event["case_id"], event["reason"]) == (str(case_id), "cannot_sign_in")
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        page = manager.get(f"/casework/cases/{case_id}").text
        assert "Case unassigned" in page
        assert "Their account was switched off" in page

    def test_is_shown_to_its_teams_manager_until_it_is_assigned(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        of_another_team = of_team(review_world, "youth-justice", Role.TEAM_MANAGER)

        review_world.staff_changed(worker, active=False)

        [notice] = manager.get(NOTICES).json["items"]
        assert (notice["case_id"], notice["kind"]) == (str(case_id), "unassigned")
        assert of_another_team.get(NOTICES).json["items"] == []
        assert of_another_team.post_json(f"{NOTICES}/{notice['id']}/reading", {}).status_code == 404
        colleague = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        colleague.post("/casework/queue/next")
        assert manager.get(NOTICES).json["items"] == []

    def test_stays_with_who_can_still_work_it(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)

        review_world.staff_changed(worker, areas=["westborough"])

        [case] = review_world.rows(cases, id=case_id)
        assert str(case["assignee_id"]) == worker.token
        assert review_world.rows(case_notices) == []

    def test_is_not_taken_from_anybody_by_an_event_that_is_no_news(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)

        review_world.staff_changed(worker, version=1, active=False)

        assert review_world.rows(cases, id=case_id)[0]["assignee_id"] is not None


class TestAReview:
    @pytest.fixture
    def referred(self, review_world: ReviewWorld) -> Referred:
        return review_world.referral(RecipientClass.SUPPORT_SERVICE)

    @pytest.mark.parametrize("changed", [*LEAVERS.values(), {"areas": []}], ids=[*LEAVERS, "lost the area"])
    def test_that_they_had_open_is_free_and_waits_for_the_next_reviewer(
        self, review_world: ReviewWorld, referred: Referred, changed: dict[str, Any]
    ) -> None:
        leaver, colleague = review_world.reviewer(), review_world.reviewer(ANOTHER, name="Rae Reviewer")
        leaver.post_json(f"{referred.api}/claim", {"take_over": False})

        review_world.staff_changed(leaver, **changed)

        [review] = review_world.rows(reviews)
        assert (review["claimed_by"], review["state"]) == (None, "waiting")
        assert colleague.get(referred.api).json["state"] in ("waiting", "being_read")

    @pytest.mark.parametrize("changed", [*LEAVERS.values(), {"areas": []}], ids=[*LEAVERS, "lost the area"])
    def test_whose_question_they_asked_is_the_areas_to_act_on(
        self, review_world: ReviewWorld, referred: Referred, changed: dict[str, Any]
    ) -> None:
        leaver, colleague = review_world.reviewer(), review_world.reviewer(ANOTHER, name="Rae Reviewer")
        leaver.post_json(f"{referred.api}/claim", {"take_over": False})
        leaver.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read)
        leaver.post_json(f"{referred.api}/question", {"question": "age"}, **referred.as_read)
        assert str(review_world.rows(review_questions)[0]["asked_by"]) == leaver.token

        review_world.staff_changed(leaver, **changed)

        [question] = review_world.rows(review_questions)
        [review] = review_world.rows(reviews)
        assert (question["asked_by"], review["claimed_by"], review["state"]) == (None, None, "question_asked")
        assert colleague.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read).status_code == 201


class TestAChangeAfterTheDecision:
    """An amendment of a referral without a case is for who decided: until they are gone."""

    @pytest.mark.parametrize("changed", [*LEAVERS.values(), {"areas": []}], ids=[*LEAVERS, "lost the area"])
    def test_is_for_every_reviewer_of_the_area_once_who_decided_cannot_read_it(
        self, review_world: ReviewWorld, changed: dict[str, Any]
    ) -> None:
        to_childrens = {"pathway": "safeguarding", "team": "childrens-services"}
        referral, _ = decided(review_world, RecipientClass.CHILDRENS_SERVICES, **to_childrens)
        colleague = review_world.reviewer(ANOTHER, name="Rae Reviewer")
        elsewhere = review_world.reviewer(uuid4(), "westborough", name="Wren Reviewer")
        basis = make.a_basis(RecipientClass.CHILDRENS_SERVICES)
        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE), basis], facts={"injury": "admitted"})
        reference = referral.event["reference"]
        marked = "Changes to read"
        assert marked not in colleague.get("/casework/reviews").text

        review_world.staff_changed(review_world.reviewer(), **changed)

        page = colleague.get("/casework/reviews").text
        assert reference in page
        assert marked in page
        assert reference not in elsewhere.get("/casework/reviews").text
