"""An amendment that makes a young person less safe reaches everybody who may act on it, whatever became of the review."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.casework.adapters.alarm_tables import alarms
from services.casework.adapters.case_tables import case_entries
from services.casework.application import on_events
from services.casework.application.staff_changes import StaffChanged
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

ALARMS, REVIEWS, QUEUE = "/casework/api/v1/alarms", "/casework/reviews", "/casework/queue"
SUPPORT, CHILDRENS = RecipientClass.SUPPORT_SERVICE, RecipientClass.CHILDRENS_SERVICES
WORDS = "Now in immediate danger"
DONE = {"done": "Rang his aunt: he is with her tonight."}


class TestDangerAfterADecisionWithoutACase:
    def test_is_shown_first_to_every_reviewer_of_the_area(self, review_world: ReviewWorld) -> None:
        referral = ended_without_a_case(review_world)
        other = review_world.referral()
        colleague = review_world.reviewer(make.COLLEAGUE)

        raise_danger(referral)

        shown = text_of(colleague.get(REVIEWS))
        assert WORDS in shown
        assert shown.index(referral.event["reference"]) < shown.index(other.event["reference"])
        assert [item["reasons"] for item in listed(colleague)] == [["danger_raised"]]

    def test_is_shown_although_who_decided_has_left(self, review_world: ReviewWorld) -> None:
        referral = ended_without_a_case(review_world)
        review_world.deliver(StaffChanged(left(review_world.member(review_world.reviewer()).identity)))
        colleague = review_world.reviewer(make.COLLEAGUE)

        raise_danger(referral)

        assert len(listed(colleague)) == 1

    def test_is_nobody_s_to_know_in_another_area_or_who_referred(self, review_world: ReviewWorld) -> None:
        referral = ended_without_a_case(review_world)
        elsewhere = review_world.reviewer(make.COLLEAGUE, "westborough")
        who_referred = review_world.reviewer(make.NAVIGATOR)
        raise_danger(referral)
        [alarm] = review_world.rows(alarms)

        assert [listed(elsewhere), listed(who_referred)] == [[], []]
        assert elsewhere.get(f"{ALARMS}/{alarm['id']}").status_code == 404
        assert act(elsewhere, alarm["id"]).status_code == 404
        assert act(who_referred, alarm["id"]).status_code == 404


class TestDangerInACase:
    def test_marks_it_for_the_whole_team_and_says_why_to_the_worker_and_the_manager(
        self, review_world: ReviewWorld
    ) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        decided(review_world, SUPPORT)
        worker, colleague, manager = the_team(review_world)
        take(worker, case_id)

        raise_danger(referral)

        team = [row(client, case_id) for client in (worker, colleague, manager)]
        assert [item["alarm"] for item in team] == [True, True, True]
        assert [item.get("alarm_reasons") for item in team] == [["danger_raised"], None, ["danger_raised"]]
        assert [client.get("/casework/api/v1/cases").json["items"][0]["id"] for client in (worker, colleague)] == [
            str(case_id)
        ] * 2
        assert [WORDS in text_of(client.get(QUEUE)) for client in (worker, manager)] == [True, True]
        seen = text_of(colleague.get(f"{QUEUE}?tab=team"))
        assert (WORDS in seen, "Alarm" in seen) == (False, True)
        assert [len(listed(client)) for client in (worker, colleague, manager)] == [1, 0, 1]

    def test_marks_one_that_nobody_has_taken(self, review_world: ReviewWorld) -> None:
        referral, _case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)

        raise_danger(referral)

        assert "May be in danger now" in text_of(worker.get(f"{QUEUE}?tab=unassigned"))

    def test_is_the_next_case_that_a_worker_is_given(self, review_world: ReviewWorld) -> None:
        decided(review_world, SUPPORT)
        review_world.now += timedelta(minutes=1)
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        raise_danger(referral)

        given = worker.post(f"{QUEUE}/next").headers["Location"]

        assert given.partition("?")[0].endswith(str(case_id))

    def test_that_is_closed_is_first_among_the_closed_ones(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, manager = the_team(review_world)
        close(worker, case_id)
        _, other_id = decided(review_world, SUPPORT)
        close(worker, other_id)

        raise_danger(referral)

        closed = manager.get("/casework/api/v1/cases?list=closed").json["items"]
        assert (closed[0]["id"], closed[0]["alarm_reasons"]) == (str(case_id), ["danger_raised"])
        assert len(listed(review_world.reviewer(make.COLLEAGUE))) == 1

    def test_stays_in_its_chronology_even_when_it_is_closed(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, manager = the_team(review_world)
        close(worker, case_id)
        raise_danger(referral)
        [alarm] = listed(worker)

        assert act(review_world.reviewer(make.COLLEAGUE), alarm["id"]).status_code == 201

        entries = review_world.rows(case_entries, case_id=case_id, kind="alarm_acted_on")
        assert [entry["text"] for entry in entries] == [DONE["done"]]
        page = text_of(manager.get(f"/casework/cases/{case_id}"))
        assert [values in page for values in (WORDS, DONE["done"])] == [True, True]

    def test_of_a_hand_over_is_the_reviewers_to_act_on(self, review_world: ReviewWorld) -> None:
        referral, _case_id = decided(review_world, CHILDRENS, pathway="safeguarding", team="childrens-services")

        referral.amended(facts={"immediate_danger": "yes"}, bases=bases(CHILDRENS))

        reviewer = review_world.reviewer(make.COLLEAGUE)
        assert len(listed(reviewer)) == 1
        assert reviewer.get("/casework/api/v1/cases?list=hand-overs").json["items"][0]["alarm"] is True

    def test_whose_team_may_no_longer_know_is_the_reviewers_alone(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        take(worker, case_id)

        referral.amended(facts={"immediate_danger": "yes"})

        assert (listed(worker), len(listed(review_world.reviewer(make.COLLEAGUE)))) == ([], 1)

    def test_is_no_police_officer_s_to_know(self, review_world: ReviewWorld) -> None:
        referral, _case_id = decided(review_world, SUPPORT)
        raise_danger(referral)

        officer = review_world.reviewer(make.COLLEAGUE, organisation=OrganisationClass.POLICE)

        assert listed(officer) == []


class TestWhatRaisesAnAlarm:
    @pytest.mark.parametrize(
        ("before", "now", "reasons"),
        [
            ({}, {"do_not_contact": ["home", "by_phone"]}, ["do_not_contact_added"]),
            ({}, {"do_not_contact_note": "His father reads his phone"}, ["do_not_contact_added"]),
            ({"do_not_contact_note": "Not at home"}, {"do_not_contact_note": "not at home."}, []),
            ({}, {"safe_contact": []}, ["contact_removed"]),
            ({"safe_contact_note": "After 4pm"}, {}, ["contact_removed"]),
            ({"phone": "+447700900123"}, {"phone": "+447700900999"}, ["contact_removed"]),
            ({}, {"phone": "+447700900123", "safe_contact": ["text", "phone"]}, []),
            ({}, {"do_not_contact": []}, []),
        ],
        ids=[
            "a way more not to use", "a note not to use", "the same note", "a safe way less", "no note any more",
            "another phone", "a way more", "nothing is forbidden any more",
        ],
    )  # fmt: skip
    def test_of_the_ways_of_contact(
        self, review_world: ReviewWorld, before: dict[str, Any], now: dict[str, Any], reasons: list[str]
    ) -> None:
        referral = review_world.referral(details=False)
        identify(review_world, referral, 1, **before)

        identify(review_world, referral, 2, **now)

        assert [row["reasons"] for row in review_world.rows(alarms)] == ([reasons] if reasons else [])

    def test_is_danger_that_was_not_there_before(self, review_world: ReviewWorld) -> None:
        was_safe, was_not = review_world.referral(), review_world.referral(danger=True)

        raise_danger(was_safe)
        raise_danger(was_not)

        assert [row["referral_id"] for row in review_world.rows(alarms)] == [was_safe.id]

    def test_is_not_that_a_referral_is_received(self, review_world: ReviewWorld) -> None:
        review_world.referral(danger=True)

        assert review_world.rows(alarms) == []

    def test_raises_one_for_a_version_whatever_comes_first(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral()

        identify(review_world, referral, 2, safe_contact=[])
        raise_danger(referral)

        assert [(row["referral_version"], row["reasons"]) for row in review_world.rows(alarms)] == [
            (2, ["contact_removed", "danger_raised"])
        ]

    def test_is_compared_again_when_a_version_between_comes_late(self, review_world: ReviewWorld) -> None:
        """The third version alone would say that danger is new in it; the second said so before."""
        referral = review_world.referral()
        raise_danger(referral, version=3)
        alone = [row["referral_version"] for row in review_world.rows(alarms)]

        raise_danger(referral, version=2)

        assert (alone, [row["referral_version"] for row in review_world.rows(alarms)]) == ([3], [2])

    def test_waits_for_no_decision(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral()

        raise_danger(referral)

        reviewer = review_world.reviewer()
        assert [item["alarm_reasons"] for item in reviewer.get("/casework/api/v1/reviews").json["items"]] == [
            ["danger_raised"]
        ]


class TestWhoActs:
    def test_says_what_they_did_and_the_alarm_leaves_the_lists(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer(make.COLLEAGUE)
        raise_danger(referral)
        [alarm] = listed(reviewer)

        answer = act(reviewer, alarm["id"])

        assert (answer.status_code, listed(reviewer)) == (201, [])
        stored = reviewer.get(answer.headers["Location"]).json
        assert (stored["state"], [action["done"] for action in stored["actions"]]) == ("acted_on", [DONE["done"]])
        assert DONE["done"] in text_of(reviewer.get(referral.page))
        assert WORDS not in text_of(reviewer.get(REVIEWS))

    def test_names_the_alarm_as_it_was_read(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        [alarm] = listed(reviewer)
        read = reviewer.get(f"{ALARMS}/{alarm['id']}").headers["ETag"]
        identify(review_world, referral, 2, safe_contact=[])

        unread = reviewer.post_json(f"{ALARMS}/{alarm['id']}/action", DONE, **a_key())
        stale = reviewer.post_json(f"{ALARMS}/{alarm['id']}/action", DONE, **a_key(), **{"If-Match": read})

        assert (unread.status_code, stale.status_code) == (428, 412)
        assert listed(reviewer)[0]["reasons"] == ["danger_raised", "contact_removed"]

    def test_acts_once(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        [alarm] = listed(reviewer)
        key = a_key()
        first = act(reviewer, alarm["id"], **key)
        sent = {"If-Match": '"1"'}

        again = reviewer.post_json(f"{ALARMS}/{alarm['id']}/action", DONE, **key, **sent)
        another = reviewer.post_json(f"{ALARMS}/{alarm['id']}/action", DONE, **a_key(), **sent)

        assert (first.status_code, again.status_code, another.status_code) == (201, 200, 409)

    def test_is_asked_again_when_another_reason_comes_after(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        act(reviewer, listed(reviewer)[0]["id"])
        review_world.now += timedelta(hours=3)

        identify(review_world, referral, 2, safe_contact=[])

        [alarm] = listed(reviewer)
        assert alarm["reasons"] == ["danger_raised", "contact_removed"]
        assert alarm["due_at"] == (review_world.now + timedelta(hours=1)).isoformat()
        assert len(reviewer.get(f"{ALARMS}/{alarm['id']}").json["actions"]) == 1

    def test_has_an_hour(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()

        raise_danger(referral)

        assert listed(reviewer)[0]["due_at"] == (review_world.now + timedelta(hours=1)).isoformat()

    def test_writes_it_on_a_page(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        page = f"/casework/alarms/{listed(reviewer)[0]['id']}"

        empty = reviewer.post(f"{page}/action", {"key": "k", "version": "1", "done": ""})
        done = reviewer.post(f"{page}/action", {"key": "k2", "version": "1", **DONE})

        assert (empty.status_code, "Enter what you did" in text_of(empty)) == (422, True)
        assert done.status_code == 303
        assert "What you did has been recorded" in text_of(reviewer.get(done.headers["Location"]))

    def test_keeps_what_was_typed_when_somebody_was_first(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        [alarm] = listed(reviewer)
        act(review_world.reviewer(make.COLLEAGUE), alarm["id"])

        late = reviewer.post(f"/casework/alarms/{alarm['id']}/action", {"key": "k", "version": "1", "done": "Mine"})

        assert late.status_code == 422
        assert "Somebody has already recorded what was done" in text_of(late)
        assert "Mine" in text_of(late)


def raise_danger(referral: Referred, *, version: int = 2) -> None:
    referral.amended(version, facts={"immediate_danger": "yes"}, bases=bases(SUPPORT))


def bases(*data: RecipientClass) -> list[dict[str, str]]:
    return [make.a_basis(recipient) for recipient in (RecipientClass.TRIAGE, *data)]


def identify(world: ReviewWorld, referral: Referred, version: int, **values: Any) -> None:
    data = make.an_identity_event(referral.id, version=version)
    world.deliver(on_events.ApplyIdentity({**data, **values}))


def ended_without_a_case(world: ReviewWorld) -> Referred:
    referral, reviewer = world.referral(), world.reviewer()
    ends_without_a_case(reviewer, referral.api)
    return referral


def ends_without_a_case(reviewer: Client, review: str) -> None:
    view = an_own_view(level="light")
    values = a_decision(level="light", pathway="universal_support", team=None)
    for step, body in (("own-view", view), ("decision", values)):
        answer = reviewer.post_json(f"{review}/{step}", body, **etag(reviewer, review), **a_key())
        assert answer.status_code == 201, answer.text


def etag(client: Client, address: str) -> dict[str, str]:
    return {"If-Match": client.get(address).headers["ETag"]}


def listed(client: Client) -> list[dict[str, Any]]:
    answer = client.get(ALARMS)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def act(client: Client, alarm_id: UUID | str, **headers: str) -> Any:
    address = f"{ALARMS}/{alarm_id}"
    read = client.get(address)
    match = {"If-Match": read.headers.get("ETag", '"1"')}
    return client.post_json(f"{address}/action", DONE, **(headers or a_key()), **match)


def the_team(world: ReviewWorld) -> tuple[Client, Client, Client]:
    """A worker, a colleague and the manager."""
    worker = Role.EARLY_INTERVENTION_CASEWORKER
    return tuple(of_team(world, "early-help", role) for role in (worker, worker, Role.TEAM_MANAGER))  # type: ignore[return-value]


def take(worker: Client, case_id: UUID) -> None:
    address = f"/casework/api/v1/cases/{case_id}"
    answer = worker.post_json(f"{address}/assignment", {"assignee_id": None}, **etag(worker, address))
    assert answer.status_code == 200, answer.text


def close(worker: Client, case_id: UUID) -> None:
    take(worker, case_id)
    address = f"/casework/api/v1/cases/{case_id}"
    for step, values in (("outcome", {"outcome": "support_completed"}), ("closure", {"reason": "plan_finished"})):
        answer = worker.post_json(f"{address}/{step}", values, **etag(worker, address))
        assert answer.status_code == 200, answer.text


def row(client: Client, case_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/casework/api/v1/cases/{case_id}").json
    return found


def left(identity: Any) -> dict[str, Any]:
    return {
        "staff_id": identity.staff_id,
        "version": 2,
        "display_name": identity.display_name,
        "organisation_id": identity.organisation_id,
        "organisation_class": identity.organisation_class,
        "roles": [],
        "teams": [],
        "areas": [],
        "active": False,
    }
