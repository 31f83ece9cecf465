"""A question stops the clock for two working days, and no longer; and who leaves hospital is read before that."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from services.casework.adapters.gauges import GAUGES
from services.casework.adapters.review_tables import reviews
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_form_steps import text_of, view
from tests.integration.casework.review_world import Referred, ReviewWorld, an_own_view

LIST = "/casework/api/v1/reviews"
FRIDAY = make.RECEIVED_AT


def asked(world: ReviewWorld, client: Client) -> Referred:
    """A referral of Friday at 2 a.m. whose referrer was asked half an hour later."""
    referred = world.referral()
    client.post_json(f"{referred.api}/own-view", an_own_view(level="not_enough_information"), **referred.as_read)
    answer = client.post_json(f"{referred.api}/question", {"question": "safe_contact"}, **referred.as_read)
    assert answer.status_code == 201
    return referred


def put_off(client: Client, referred: Referred, on: date) -> Any:
    return client.post_json(f"{referred.api}/ask-again-later", {"on": on.isoformat()}, **referred.as_read)


def item(client: Client, referred: Referred) -> Any:
    return client.get(f"{LIST}?referral_id={referred.id}").json["items"][0]


def overdue(world: ReviewWorld) -> float:
    measure = next(measure for measure in GAUGES if measure.name == "waymark_reviews_overdue")
    with world.database.read() as connection:
        return measure.read(connection, world.now)


class TestAnUnansweredQuestion:
    def test_stops_the_clock_no_longer_than_two_working_days(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)
        begun = review_world.now

        review_world.now = begun + timedelta(days=4, seconds=-1)
        before, waits = item(client, referred), client.post("/casework/reviews/next").location
        review_world.now = begun + timedelta(days=4)
        after, given = item(client, referred), client.post("/casework/reviews/next").location

        assert (before["unanswered"], after["unanswered"]) == (False, True)
        assert "done=none" in waits
        assert referred.page in given

    def test_lets_the_review_become_overdue_and_is_shown_as_unanswered(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)

        paused = text_of(client.get("/casework/reviews"))
        review_world.now += timedelta(days=4)
        unanswered, counted = text_of(client.get("/casework/reviews")), overdue(review_world)
        review_world.now += timedelta(hours=24)

        assert "Paused until 24 November 2026 at 2:30am" in paused
        assert "The referrer has not answered" in unanswered
        assert "The referrer has not answered" in text_of(client.get(referred.page))
        assert (counted, overdue(review_world)) == (0, 1)
        assert "Overdue by 30 minutes" in text_of(client.get("/casework/reviews"))

    def test_of_a_release_that_wrote_no_end_is_unanswered(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)
        with review_world.database.write() as connection:
            connection.execute(reviews.update().values(pause_ends_at=None))

        assert item(client, referred)["unanswered"] is True
        assert referred.page in client.post("/casework/reviews/next").location

    def test_answered_lets_the_clock_run_from_where_it_stood(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)
        question_id = review_world.rows(reviews)[0]["question_id"]

        review_world.now += timedelta(hours=5)
        referred.amended(answers_question=str(question_id))

        assert review_world.rows(reviews)[0]["due_at"] == FRIDAY + timedelta(hours=24 + 5)


class TestAskingAgainLater:
    def test_brings_the_review_back_on_that_day(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)
        review_world.now += timedelta(days=4)

        page = text_of(client.get(f"{referred.page}/later"))
        sent = {"on-day": "27", "on-month": "11", "on-year": "2026", "key": "k", "revision": str(referred.revision)}
        saved = client.post(f"{referred.page}/later", sent)
        shown = text_of(client.get(saved.location))
        review_world.now += timedelta(days=2, hours=21, minutes=29, seconds=59)
        before = item(client, referred)["unanswered"]
        review_world.now += timedelta(seconds=1)

        assert "No later than 4 December 2026" in page
        assert "Paused until 27 November 2026 at midnight" in shown
        assert (before, item(client, referred)["unanswered"]) == (False, True)

    def test_has_a_last_day_and_keeps_what_was_typed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)

        too_late = put_off(client, referred, date(2026, 12, 5))
        today = put_off(client, referred, date(2026, 11, 20))
        form = {"on-day": "5", "on-month": "12", "on-year": "2026", "key": "k", "revision": str(referred.revision)}
        page = client.post(f"{referred.page}/later", form)

        assert (too_late.status_code, today.status_code, page.status_code) == (422, 422, 422)
        assert "/on" in str(too_late.json["errors"])
        assert re.search(r'name="on-day"[^>]*value="5"', page.get_data(as_text=True))
        assert put_off(client, referred, date(2026, 12, 4)).status_code == 201

    def test_is_never_possible_where_there_is_danger(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = asked(review_world, client)
        referred.amended(facts={"immediate_danger": "yes"})

        assert put_off(client, referred, date(2026, 11, 25)).status_code == 409
        assert review_world.rows(reviews)[0]["paused_at"] is None


class TestADeparture:
    def test_from_hospital_is_what_it_is_due_before(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        leaves = FRIDAY + timedelta(hours=9, minutes=44)
        referred = review_world.referral(discharge_expected_at=leaves.isoformat())

        page, listed = text_of(client.get(referred.page)), text_of(client.get("/casework/reviews"))

        assert review_world.rows(reviews)[0]["due_at"] == leaves - timedelta(hours=1)
        assert "Expected to leave hospital: 20 November 2026 at 11:44am" in page
        assert "Expected to leave hospital: 20 November 2026 at 11:44am" in listed

    @pytest.mark.parametrize("before", [True, False], ids=["an own view before it", "none"])
    def test_stated_by_an_amendment_makes_it_due_sooner(self, review_world: ReviewWorld, before: bool) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        if before:
            view(client, referred)

        amended_at = FRIDAY + timedelta(hours=1)
        leaves = FRIDAY + timedelta(hours=4)
        referred.amended(amended_at=amended_at.isoformat(), discharge_expected_at=leaves.isoformat())

        assert review_world.rows(reviews)[0]["due_at"] == FRIDAY + timedelta(hours=3)
