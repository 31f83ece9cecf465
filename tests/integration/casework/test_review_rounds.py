"""A decided referral may be reviewed again: a round with own view and decision of its own; the newest one counts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import decisions, own_views, progress, reviews
from services.casework.adapters.tables import platform
from services.contracts import envelope
from services.contracts.codes import RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view
from tests.integration.casework.test_alarm_reach import (
    bases,
    close,
    ended_without_a_case,
    etag,
    raise_danger,
    the_team,
)

REVIEWS = "/casework/api/v1/reviews"
SUPPORT = RecipientClass.SUPPORT_SERVICE


def start(client: Client, referral: Referred, **headers: str) -> Any:
    return client.post_json(f"{referral.api}/rounds", {}, **(headers or a_key()), **etag(client, referral.api))


def started(world: ReviewWorld, referral: Referred, client: Client | None = None) -> str:
    answer = start(client or world.reviewer(), referral)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


class TestANewReview:
    def test_is_the_one_that_lists_and_queries_of_the_referral_give(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)

        address = started(review_world, referral, reviewer)

        [of_referral] = reviewer.get(f"{REVIEWS}?referral_id={referral.id}").json["items"]
        [listed] = reviewer.get(REVIEWS).json["items"]
        assert address.endswith(of_referral["id"])
        assert of_referral["id"] == listed["id"]
        assert (listed["state"], listed["danger"], listed["referral_version"]) == ("waiting", True, 2)
        whole = reviewer.get(address).json
        assert (whole["round"], [earlier["pathway"] for earlier in whole["earlier_rounds"]]) == (
            2,
            ["universal_support"],
        )

    def test_has_its_own_due_time_from_when_it_was_started(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        review_world.now += timedelta(days=40)

        address = started(review_world, referral, reviewer)
        due = [reviewer.get(address).json["due_at"]]
        referral.amended(3, facts={"immediate_danger": "yes", "injury": "needs_treatment"})

        due.append(reviewer.get(address).json["due_at"])
        assert due == [(review_world.now + timedelta(hours=2)).isoformat()] * 2

    def test_has_a_view_and_a_decision_of_its_own_and_leaves_the_first_as_it_is(
        self, review_world: ReviewWorld
    ) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        close(worker, case_id)
        reviewer = review_world.reviewer()
        referral.amended(facts={"injury": "needs_treatment"}, bases=bases(SUPPORT))
        first = review_world.rows(decisions)

        address = started(review_world, referral, reviewer)
        before = reviewer.get(f"{address}/estimate").status_code
        reviewer.post_json(f"{address}/own-view", an_own_view(level="urgent"), **etag(reviewer, address), **a_key())
        values = a_decision(level="urgent")
        answer = reviewer.post_json(f"{address}/decision", values, **etag(reviewer, address), **a_key())

        assert (before, answer.status_code) == (409, 201), answer.text
        assert [row for row in review_world.rows(decisions) if row in first] == first
        assert [row["level"] for row in review_world.rows(decisions, review_id=own(address))] == ["urgent"]
        assert sorted(row["state"] for row in review_world.rows(cases, referral_id=referral.id)) == ["closed", "open"]

    def test_remembers_who_has_seen_an_estimate_before(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        close(worker, case_id)
        colleague, reviewer = review_world.reviewer(make.COLLEAGUE), review_world.reviewer()
        address = started(review_world, referral, reviewer)

        for client in (colleague, reviewer):
            client.post_json(f"{address}/own-view", an_own_view(), **etag(client, address), **a_key())

        seen = {
            row["reviewer_id"]: row["estimate_seen_before"]
            for row in review_world.rows(own_views, review_id=own(address))
        }
        assert seen == {make.COLLEAGUE: False, make.REVIEWER: True}

    def test_starts_once(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        key = a_key()

        answers = [start(reviewer, referral, **key), start(reviewer, referral, **key), start(reviewer, referral)]

        assert [answer.status_code for answer in answers] == [201, 200, 409]
        assert len(review_world.rows(reviews, referral_id=referral.id)) == 2

    def test_is_not_started_while_a_team_works_the_case(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, SUPPORT)

        assert start(review_world.reviewer(), referral).status_code == 409

    def test_is_not_started_before_the_referral_is_decided(self, review_world: ReviewWorld) -> None:
        assert start(review_world.reviewer(), review_world.referral()).status_code == 409

    @pytest.mark.parametrize(("staff_id", "area"), [(make.COLLEAGUE, "westborough"), (make.NAVIGATOR, "northside")])
    def test_is_nobody_s_to_start_who_may_not_know_the_referral(
        self, review_world: ReviewWorld, staff_id: Any, area: str
    ) -> None:
        referral = ended_without_a_case(review_world)
        stranger = review_world.reviewer(staff_id, area)

        answer = stranger.post_json(f"{referral.api}/rounds", {}, **referral.as_read)

        assert answer.status_code == 404

    def test_moves_to_another_area_with_all_that_was_decided_before(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        elsewhere = review_world.reviewer(make.COLLEAGUE, "westborough")
        started(review_world, referral, reviewer)

        referral.amended(2, area="westborough")

        assert (reviewer.get(referral.api).status_code, elsewhere.get(referral.api).status_code) == (404, 200)

    def test_stops_the_manager_from_reopening_the_closed_case(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, manager = the_team(review_world)
        close(worker, case_id)
        started(review_world, referral)
        [case] = review_world.rows(cases, id=case_id)

        form = {"key": "k", "version": str(case["version"]), "why": "Closed too early"}
        answer = manager.post(f"/casework/cases/{case_id}/reopening", form)

        assert "A new review of this referral has started" in text_of(answer)
        assert review_world.rows(cases, id=case_id)[0]["state"] == "closed"

    def test_is_what_an_amendment_opens_again(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        address = started(review_world, referral, reviewer)

        referral.amended(2, facts={"injury": "needs_treatment"})

        assert reviewer.get(address).json["referral_version"] == 2
        assert "The referrer updated the referral" not in text_of(reviewer.get("/casework/reviews"))

    def test_is_started_on_the_page_which_leads_to_it_and_back(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        assert "Start a new review" in text_of(reviewer.get(referral.page))

        answer = reviewer.post(f"{referral.page}/rounds", {"key": "k", "revision": str(referral.revision)})

        newest = reviewer.get(answer.headers["Location"])
        assert "Earlier reviews of this referral" in text_of(newest)
        assert f'href="{referral.page}"' in newest.text
        before = reviewer.get(referral.page)
        assert "This referral was reviewed again" in text_of(before)
        assert "Start a new review" not in text_of(before)

    def test_is_acknowledged_again(self, review_world: ReviewWorld) -> None:
        referral = ended_without_a_case(review_world)
        steps = [review_world.rows(progress, referral_id=referral.id)[0]["step"]]

        started(review_world, referral)

        steps.append(review_world.rows(progress, referral_id=referral.id)[0]["step"])
        assert steps == ["not_accepted", "received"]

    def test_and_its_case_go_on_from_the_versions_of_those_before(self, review_world: ReviewWorld) -> None:
        """Who counts referrals tells the newest by them, in whatever order the events come."""
        referral, case_id = decided(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        close(worker, case_id)
        reviewer = review_world.reviewer()
        address = started(review_world, referral, reviewer)
        reviewer.post_json(f"{address}/own-view", an_own_view(), **etag(reviewer, address), **a_key())
        reviewer.post_json(f"{address}/decision", a_decision(), **etag(reviewer, address), **a_key())

        for topic in ("casework.reviews", "casework.cases"):
            versions = published_versions(review_world, topic)
            assert versions == sorted(versions)
            assert len(set(versions)) == len(versions)


def own(address: str) -> Any:
    return UUID(address.rpartition("/")[2])


def published_versions(world: ReviewWorld, topic: str) -> list[int]:
    rows = sorted(world.rows(platform.outbox, topic=topic), key=lambda row: row["position"])
    return [envelope.read(row["value"]).data["version"] for row in rows]
