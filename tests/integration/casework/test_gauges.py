"""What casework tells Prometheus of its clocks."""

from datetime import timedelta

from services.casework.adapters.case_tables import cases
from services.casework.adapters.gauges import GAUGES
from services.casework.adapters.review_tables import reviews
from services.contracts.codes import RecipientClass
from tests.integration.casework.review_world import ReviewWorld, a_decision, an_own_view
from tests.integration.casework.test_alarm_reach import act, ended_without_a_case, listed, raise_danger


def body(world: ReviewWorld) -> dict[str, float]:
    with world.database.read() as connection:
        return {measure.name: measure.read(connection, world.now) for measure in GAUGES}


class TestAReview:
    def test_counts_as_overdue_once_it_is_past_its_time(self, review_world: ReviewWorld) -> None:
        review_world.referral()
        due_at = review_world.rows(reviews)[0]["due_at"]
        received_at = review_world.rows(reviews)[0]["received_at"]

        before = body(review_world)
        review_world.now = due_at + timedelta(seconds=1)
        after = body(review_world)

        assert before["waymark_reviews_overdue"] == 0
        assert after["waymark_reviews_overdue"] == 1
        assert after["waymark_review_oldest_seconds"] == (review_world.now - received_at).total_seconds()

    def test_does_not_count_while_a_pause_for_the_referrer_lasts(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral()
        client.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read)
        client.post_json(f"{referred.api}/question", {"question": "age"}, **referred.as_read)

        review_world.now += timedelta(days=3)
        paused = body(review_world)["waymark_reviews_overdue"]
        review_world.now += timedelta(days=27)

        assert (paused, body(review_world)["waymark_reviews_overdue"]) == (0, 1)


class TestACase:
    def test_counts_as_overdue_until_first_contact(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral(RecipientClass.SUPPORT_SERVICE)
        client.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read)
        client.post_json(f"{referred.api}/decision", a_decision(), **referred.as_read)

        before = body(review_world)["waymark_cases_overdue"]
        review_world.now = review_world.rows(cases)[0]["due_at"] + timedelta(seconds=1)

        assert (before, body(review_world)["waymark_cases_overdue"]) == (0, 1)


class TestAnAlarm:
    def test_counts_as_overdue_until_somebody_acts(self, review_world: ReviewWorld) -> None:
        referral, reviewer = ended_without_a_case(review_world), review_world.reviewer()
        raise_danger(referral)
        counts = [body(review_world)["waymark_alarms_overdue"]]
        review_world.now += timedelta(hours=1, seconds=1)
        counts.append(body(review_world)["waymark_alarms_overdue"])

        act(reviewer, listed(reviewer)[0]["id"])

        assert [*counts, body(review_world)["waymark_alarms_overdue"]] == [0, 1, 0]
