"""A claim shows the others who reads a referral: it is made by a POST, it ends, and it hides nothing from the next."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.casework.adapters.review_tables import reviews
from services.casework.application.claim_review import EndExpiredClaims, StaffSignedOut
from services.platform.db.tables import platform_tables
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_form_steps import text_of, view
from tests.integration.casework.review_world import Referred, ReviewWorld

LIST = "/casework/api/v1/reviews"
OUTBOX = platform_tables(sa.MetaData()).outbox


def next_for(client: Client) -> str:
    return client.post("/casework/reviews/next").location.partition("?")[0]


def claim(client: Client, referred: Referred, *, take_over: bool = False) -> Any:
    return client.post_json(f"{referred.api}/claim", {"take_over": take_over})


def row(world: ReviewWorld, referred: Referred) -> Any:
    return world.rows(reviews, id=referred.review_id)[0]


def published(world: ReviewWorld) -> list[str]:
    """The types of the events of reviews, in order."""
    values = [row["value"].decode() for row in sorted(world.rows(OUTBOX), key=lambda row: row["position"])]
    types = [json.loads(value)["type"] for value in values]
    return [name for name in types if name.startswith("casework.review.")]


def pass_minutes(world: ReviewWorld, minutes: float) -> None:
    world.now += timedelta(minutes=minutes)


class TestTheNextReferral:
    def test_is_the_overdue_one_in_danger_although_somebody_once_opened_it(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        danger, usual = review_world.referral(danger=True), review_world.referral()
        client.get(danger.page)
        pass_minutes(review_world, 24 * 60)

        given = next_for(other), next_for(client)

        assert given == (danger.page, usual.page)

    def test_is_one_in_danger_before_one_that_is_due_sooner(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        review_world.referral(received_at=make.after(-23 * 60 - 30).isoformat())
        danger = review_world.referral(danger=True)

        assert next_for(client) == danger.page

    def test_is_one_whose_claim_has_ended(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        assert next_for(client) == referred.page

        pass_minutes(review_world, 29)
        stored = next_for(other)
        pass_minutes(review_world, 1)

        assert (stored, next_for(other)) == ("/casework/reviews", referred.page)
        assert row(review_world, referred)["claimed_by"] == make.COLLEAGUE


class TestReading:
    def test_a_page_or_by_the_api_or_by_head_claims_and_publishes_nothing(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        before, body = row(review_world, referred), published(review_world)

        for address in (referred.page, f"{referred.page}/bases", f"{referred.page}/decision", referred.api, LIST):
            client.get(address)
            client.flask.head(address, headers={"Authorization": f"Bearer {client.token}"})
        elsewhere = {"Authorization": f"Bearer {client.token}", "Sec-Fetch-Site": "cross-site"}
        client.flask.get(referred.page, headers=elsewhere)

        assert row(review_world, referred) == before
        assert published(review_world) == body

    def test_says_who_reviews_it_and_lets_it_be_begun_and_given_back(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        before = text_of(client.get(referred.page))
        begun = client.post(f"{referred.page}/claim")
        during = text_of(client.get(begun.location))
        client.post(f"{referred.page}/release")

        assert "Start reviewing" in before
        assert "Stop reviewing" in during
        assert "Start reviewing" in text_of(client.get(referred.page))


class TestAClaim:
    def test_is_seen_as_being_read_until_it_ends_everywhere(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        claim(client, referred)

        during = seen(other, referred)
        pass_minutes(review_world, 30)

        assert during == [("being_read", str(make.REVIEWER))] * 3
        assert seen(other, referred) == [("waiting", None)] * 3
        assert "Remi Reviewer" not in text_of(other.get("/casework/reviews"))

    def test_lasts_from_the_last_post_of_who_holds_it(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        claim(client, referred)

        pass_minutes(review_world, 20)
        stored = client.post_json(f"{referred.api}/keep-alive", {})
        pass_minutes(review_world, 20)
        view(client, referred)
        pass_minutes(review_world, 29)

        assert stored.status_code == 200
        assert seen(client, referred)[0] == ("being_read", str(make.REVIEWER))

    def test_that_has_ended_is_not_extended(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()
        claim(client, referred)
        pass_minutes(review_world, 30)

        assert client.post_json(f"{referred.api}/keep-alive", {}).status_code == 409
        assert other.post_json(f"{referred.api}/keep-alive", {}).status_code == 409
        assert claim(other, referred).json["claimed_by"] == str(make.COLLEAGUE)

    def test_is_no_longer_than_before_when_somebody_else_writes(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()
        claim(client, referred)
        until = row(review_world, referred)["claim_expires_at"]

        pass_minutes(review_world, 20)
        view(other, referred)

        assert row(review_world, referred)["claim_expires_at"] == until

    def test_is_given_back_by_who_holds_it_alone(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()
        claim(client, referred)

        by_another = other.post_json(f"{referred.api}/release", {}).json
        by_holder = client.post_json(f"{referred.api}/release", {}).json

        assert (by_another["state"], by_holder["state"]) == ("being_read", "waiting")
        assert published(review_world)[-2:] == ["casework.review.claimed", "casework.review.opened"]

    def test_that_expired_is_published(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        claim(client, referred)

        early = review_world.run(EndExpiredClaims())
        pass_minutes(review_world, 30)

        assert (early, review_world.run(EndExpiredClaims()), review_world.run(EndExpiredClaims())) == (0, 1, 0)
        assert row(review_world, referred)["claimed_by"] is None
        assert published(review_world)[-1] == "casework.review.opened"

    def test_ends_with_the_decision(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        claim(client, referred)
        referred.withdrawn()

        client.post(f"{referred.page}/withdrawal", {"revision": "2"})

        assert row(review_world, referred)["claim_expires_at"] is None


class TestSigningOut:
    def test_ends_the_claims_of_who_signs_out(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        mine, theirs = review_world.referral(), review_world.referral()
        claim(client, mine)
        claim(other, theirs)
        pass_minutes(review_world, 1)

        signs_out(review_world, make.REVIEWER)

        assert (row(review_world, mine)["claimed_by"], row(review_world, theirs)["claimed_by"]) == (
            None,
            make.COLLEAGUE,
        )

    def test_ends_no_claim_that_was_used_since_in_another_browser(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        claim(client, referred)
        signed_out_at = review_world.now + timedelta(minutes=1)
        pass_minutes(review_world, 2)
        client.post_json(f"{referred.api}/keep-alive", {})

        review_world.deliver(StaffSignedOut({"staff_id": make.REVIEWER, "signed_out_at": signed_out_at}))

        assert row(review_world, referred)["claimed_by"] == make.REVIEWER


def signs_out(world: ReviewWorld, staff_id: UUID) -> None:
    world.deliver(StaffSignedOut({"staff_id": staff_id, "signed_out_at": world.now, "session_id": uuid4()}))


def seen(client: Client, referred: Referred) -> list[tuple[str, str | None]]:
    """State and claimant in the list, by the referral, and in the review itself."""
    items = [
        *client.get(LIST).json["items"],
        *client.get(f"{LIST}?referral_id={referred.id}").json["items"],
        client.get(referred.api).json,
    ]
    return [(item["state"], item["claimed_by"]) for item in items if item["id"] == str(referred.review_id)]
