"""What managers and colleagues see of what somebody holds, and how each of it goes to another or back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.case_tables import case_entries, case_notices, cases
from services.casework.adapters.gauges import GAUGES
from services.casework.adapters.review_tables import review_questions, reviews
from services.casework.application.holdings import FindStrandedCases
from services.casework.application.staff_changes import StaffSignedIn
from services.contracts.codes import OrganisationClass, Role
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import of_team
from tests.integration.casework.review_world import ReviewWorld, an_own_view
from tests.integration.casework.test_staff_changes import ANOTHER, CASES, NOTICES, a_worked_case, listed

STAFF = "/casework/api/v1/staff"
PAGES = "/casework/staff"
CASEWORKER = Role.EARLY_INTERVENTION_CASEWORKER


def holdings(client: Client, of: Client) -> Any:
    return client.get(f"{STAFF}/{of.token}/holdings").json


def etag(client: Client, case_id: UUID) -> dict[str, str]:
    return {"If-Match": client.get(f"{CASES}/{case_id}").headers["ETag"]}


def gauge(world: ReviewWorld, name: str) -> float:
    [measure] = [one for one in GAUGES if one.name == name]
    with world.database.read() as connection:
        return measure.read(connection, world.now)


class TestHoldings:
    def test_of_a_worker_are_shown_to_the_manager_of_the_team_and_to_no_other(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        of_another_team = of_team(review_world, "youth-justice", Role.TEAM_MANAGER)
        reviewer = review_world.reviewer(ANOTHER)

        assert [case["id"] for case in holdings(manager, worker)["cases"]] == [str(case_id)]
        assert [holdings(one, worker)["cases"] for one in (of_another_team, reviewer)] == [[], []]
        assert worker.get(f"{STAFF}/{worker.token}/holdings").status_code == 403
        assert manager.get(f"{STAFF}/{uuid4()}/holdings").status_code == 404

    def test_of_a_reviewer_are_shown_to_the_reviewers_of_the_area_and_to_no_manager(
        self, review_world: ReviewWorld
    ) -> None:
        referred = review_world.referral()
        leaver, colleague = review_world.reviewer(), review_world.reviewer(ANOTHER)
        elsewhere = review_world.reviewer(uuid4(), "westborough")
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        leaver.post_json(f"{referred.api}/claim", {"take_over": False})

        [stored] = holdings(colleague, leaver)["reviews"]
        assert (stored["reference"], stored["claimed"], stored["asked"]) == (referred.event["reference"], True, False)
        assert [holdings(one, leaver)["reviews"] for one in (elsewhere, manager)] == [[], []]

    def test_are_handed_over_to_a_named_colleague(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        colleague = of_team(review_world, "early-help", CASEWORKER)
        page = manager.get(f"{PAGES}/{worker.token}").text
        assert f"/casework/cases/{case_id}/assignment" in page

        values = {"assignee_id": colleague.token}
        answer = manager.post_json(f"{CASES}/{case_id}/assignment", values, **etag(manager, case_id))

        assert answer.status_code == 200, answer.text
        assert holdings(manager, worker)["cases"] == []
        assert len(holdings(manager, colleague)["cases"]) == 1

    def test_are_not_handed_over_to_who_could_not_work_the_case(self, review_world: ReviewWorld) -> None:
        """Somebody of the team without a role that works its cases would never see it."""
        case_id, _ = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        navigator = of_team(review_world, "early-help", Role.NAVIGATOR)

        values = {"assignee_id": navigator.token}
        answer = manager.post_json(f"{CASES}/{case_id}/assignment", values, **etag(manager, case_id))

        assert answer.status_code == 422
        assert navigator.token not in manager.get(f"/casework/cases/{case_id}/assignment").text

    @pytest.mark.parametrize("by", ["api", "page"])
    def test_of_a_reviewer_are_released_by_a_colleague_with_the_question(
        self, review_world: ReviewWorld, by: str
    ) -> None:
        referred = review_world.referral()
        leaver, colleague = review_world.reviewer(), review_world.reviewer(ANOTHER)
        leaver.post_json(f"{referred.api}/claim", {"take_over": False})
        leaver.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read)
        leaver.post_json(f"{referred.api}/question", {"question": "age"}, **referred.as_read)
        [stored] = holdings(colleague, leaver)["reviews"]
        assert stored["asked"] is True

        if by == "api":
            where = f"{STAFF}/{leaver.token}/holdings/reviews/{stored['id']}/release"
            assert colleague.post_json(where, {}).status_code == 204
            assert colleague.post_json(where, {}).status_code == 409
        else:
            assert colleague.post(f"{PAGES}/{leaver.token}/reviews/{stored['id']}/release").status_code == 303

        assert holdings(colleague, leaver)["reviews"] == []
        assert review_world.rows(reviews)[0]["claimed_by"] is None
        assert review_world.rows(review_questions)[0]["asked_by"] is None

    def test_of_a_stranger_cannot_be_released(self, review_world: ReviewWorld) -> None:
        referred = review_world.referral()
        leaver, elsewhere = review_world.reviewer(), review_world.reviewer(ANOTHER, "westborough")
        leaver.post_json(f"{referred.api}/claim", {"take_over": False})
        review_id = review_world.rows(reviews)[0]["id"]

        answer = elsewhere.post_json(f"{STAFF}/{leaver.token}/holdings/reviews/{review_id}/release", {})

        assert answer.status_code == 404
        assert str(review_world.rows(reviews)[0]["claimed_by"]) == leaver.token


class TestReturningACase:
    @pytest.mark.parametrize("who", ["worker", "manager"])
    def test_puts_it_back_on_the_queue_with_the_reason(self, review_world: ReviewWorld, who: str) -> None:
        case_id, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        colleague = of_team(review_world, "early-help", CASEWORKER)
        by = {"worker": worker, "manager": manager}[who]

        answer = by.post_json(f"{CASES}/{case_id}/unassignment", {"reason": "Long leave."}, **etag(by, case_id))

        assert answer.status_code == 200, answer.text
        assert listed(colleague, "unassigned") == [str(case_id)]
        [entry] = review_world.rows(case_entries, case_id=case_id, kind="unassigned")
        assert (entry["unassign_reason"], entry["text"], str(entry["recorded_by"])) == (
            "returned",
            "Long leave.",
            by.token,
        )
        body = [(notice["case_id"], notice["kind"]) for notice in manager.get(NOTICES).json["items"]]
        assert body == ([(str(case_id), "returned")] if who == "worker" else [])

    def test_is_for_nobody_else(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)
        colleague = of_team(review_world, "early-help", CASEWORKER)

        values = {"reason": "I want it."}
        answer = colleague.post_json(f"{CASES}/{case_id}/unassignment", values, **etag(worker, case_id))

        assert answer.status_code == 404

    def test_needs_a_reason_and_what_was_read(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)

        assert worker.post_json(f"{CASES}/{case_id}/unassignment", {"reason": "Leave."}).status_code == 428
        no_reason = worker.post_json(f"{CASES}/{case_id}/unassignment", {}, **etag(worker, case_id))
        assert no_reason.status_code == 422

    def test_by_page_keeps_what_was_typed_and_says_what_is_missing(self, review_world: ReviewWorld) -> None:
        case_id, worker = a_worked_case(review_world)
        address = f"/casework/cases/{case_id}/unassignment"
        assert "Return the case to Unassigned" in worker.get(f"/casework/cases/{case_id}").text
        version = review_world.rows(cases, id=case_id)[0]["version"]

        empty = worker.post(address, {"reason": "", "version": version, "key": str(uuid4())})
        assert empty.status_code == 422
        assert "Enter why you are returning the case" in empty.text

        done = worker.post(address, {"reason": "Leave", "version": version, "key": str(uuid4())})
        assert done.status_code == 303
        assert review_world.rows(cases, id=case_id)[0]["assignee_id"] is None


class TestAStrandedCase:
    def check(self, world: ReviewWorld) -> int:
        """What a worker of the service does every half minute."""
        body: int = world.service.dispatcher.handle(FindStrandedCases(), actor=None)
        return body

    def test_of_somebody_not_signed_in_for_thirty_days_is_put_before_the_manager(
        self, review_world: ReviewWorld
    ) -> None:
        case_id, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        review_world.deliver(StaffSignedIn({"staff_id": UUID(worker.token), "at": review_world.now}))
        assert self.check(review_world) == 0

        review_world.now += timedelta(days=29, hours=23)
        assert self.check(review_world) == 0
        assert gauge(review_world, "waymark_cases_stranded") == 0

        review_world.now += timedelta(hours=2)
        assert self.check(review_world) == 1
        assert gauge(review_world, "waymark_cases_stranded") == 1
        [notice] = manager.get(NOTICES).json["items"]
        assert (notice["case_id"], notice["kind"]) == (str(case_id), "worker_idle")
        page = manager.get(PAGES).text
        assert "has not signed in for a long time" in page
        assert "Not signed in for a long time" in manager.get(f"{PAGES}/{worker.token}").text

    def test_is_found_once_and_no_more_when_the_worker_is_back(self, review_world: ReviewWorld) -> None:
        _, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        self.check(review_world)
        review_world.now += timedelta(days=31)
        assert self.check(review_world) == 1
        review_world.now += timedelta(hours=2)
        assert self.check(review_world) == 0
        assert len(review_world.rows(case_notices)) == 1

        review_world.deliver(StaffSignedIn({"staff_id": UUID(worker.token), "at": review_world.now}))
        review_world.now += timedelta(hours=2)
        self.check(review_world)

        assert gauge(review_world, "waymark_cases_stranded") == 0
        assert manager.get(NOTICES).json["items"] == []

    def test_is_looked_for_as_often_as_is_set(self, review_world: ReviewWorld) -> None:
        a_worked_case(review_world)
        self.check(review_world)
        review_world.now += timedelta(days=31)
        assert self.check(review_world) == 1
        review_world.run_sql("UPDATE case_notices SET resolved_at = raised_at")

        assert self.check(review_world) == 0
        review_world.now += timedelta(minutes=61)
        assert self.check(review_world) == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"active": False},
            {"roles": []},
            {"teams": []},
            {"organisation_class": OrganisationClass.POLICE},
        ],
        ids=["inactive", "without the role", "without the team", "of the police"],
    )
    def test_that_somebody_took_as_they_lost_what_it_needs_is_found(
        self, review_world: ReviewWorld, change: dict[str, Any]
    ) -> None:
        """Their rights ended between the event and the taking: the case is with somebody who cannot see it."""
        _, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        review_world.staff_changed(worker, **change)
        review_world.run_sql(f"UPDATE cases SET assignee_id = '{_stored(review_world, worker)}'")

        assert self.check(review_world) == 1

        kinds = {notice["kind"] for notice in manager.get(NOTICES).json["items"]}
        assert kinds == {"unassigned", "worker_cannot_act"}
        assert gauge(review_world, "waymark_cases_stranded") == 1

    def test_is_marked_as_read_by_its_manager(self, review_world: ReviewWorld) -> None:
        _, worker = a_worked_case(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)
        review_world.staff_changed(worker, active=False)
        [notice] = manager.get(NOTICES).json["items"]

        assert worker.post_json(f"{NOTICES}/{notice['id']}/reading", {}).status_code == 403
        assert manager.post(f"{PAGES}/notices/{notice['id']}/reading").status_code == 303

        assert manager.get(NOTICES).json["items"] == []
        assert manager.post_json(f"{NOTICES}/{notice['id']}/reading", {}).status_code == 404


class TestWhatWaitsForNobody:
    def test_counts_reviews_of_an_area_without_a_reviewer(self, review_world: ReviewWorld) -> None:
        review_world.referral()
        reviewer = review_world.reviewer()
        assert gauge(review_world, "waymark_waiting_for_nobody") == 0

        review_world.staff_changed(reviewer, areas=["westborough"])

        assert gauge(review_world, "waymark_waiting_for_nobody") == 1

    def test_counts_unassigned_cases_of_a_team_without_a_worker(self, review_world: ReviewWorld) -> None:
        _, worker = a_worked_case(review_world)
        assert gauge(review_world, "waymark_waiting_for_nobody") == 0

        review_world.staff_changed(worker, active=False)

        assert gauge(review_world, "waymark_waiting_for_nobody") == 1


def _stored(world: ReviewWorld, who: Client) -> str:
    """The id as the database writes it."""
    return UUID(who.token).hex if world.database.is_sqlite else who.token
