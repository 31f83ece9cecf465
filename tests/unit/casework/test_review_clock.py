"""When a review is due, and how long a question stops its clock."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.casework.adapters.bank_holidays import is_bank_holiday, last_known
from services.casework.domain.review import NoQuestionWaits, NotThatLate, Review
from services.casework.domain.review_clock import Departure, ReviewHours
from services.casework.domain.working_days import after_working_days
from services.platform.clock import just_after, not_before
from tests.factories.reviews import RECEIVED_AT, REVIEWER, a_review, after, amends, asks, views

HOURS = ReviewHours()
DAYS = 24 * 60


def due_when_leaving(minutes: float, *, known: float = 0, danger: bool = False) -> datetime:
    departure = Departure(at=after(minutes), known_at=after(known))
    return HOURS.due_at(RECEIVED_AT, danger=danger, departure=departure)


class TestTheDueTime:
    def test_is_an_hour_before_they_leave_hospital(self) -> None:
        assert due_when_leaving(9 * 60) == after(8 * 60)

    def test_is_no_later_for_a_departure_that_is_later_than_it(self) -> None:
        assert due_when_leaving(3 * DAYS) == after(DAYS)
        assert due_when_leaving(4 * 60, danger=True) == after(2 * 60)

    def test_is_at_once_and_never_before_it_was_known_where_less_than_that_hour_is_left(self) -> None:
        assert due_when_leaving(30) == RECEIVED_AT
        assert due_when_leaving(330, known=300) == after(300)

    @pytest.mark.parametrize("minutes", [-60, 0])
    def test_is_the_usual_one_if_they_had_left_before_the_referral(self, minutes: float) -> None:
        assert due_when_leaving(minutes) == after(DAYS)

    def test_follows_an_amendment_both_ways(self) -> None:
        review = a_review()

        amends(review, minute=20, leaves_at=after(9 * 60))
        sooner = review.due_at
        amends(review, minute=40, leaves_at=after(12 * 60))
        later = review.due_at
        amends(review, minute=60)

        assert (sooner, later, review.due_at) == (after(8 * 60), after(11 * 60), after(DAYS))

    def test_is_not_put_off_by_an_amendment_of_something_else(self) -> None:
        review = a_review()
        amends(review, minute=20, leaves_at=after(50))

        amends(review, minute=45, leaves_at=after(50))

        assert review.due_at == after(20)


class TestAPause:
    def test_ends_by_itself_and_its_time_is_given_back(self) -> None:
        review = an_asked_review(until=2 * DAYS + 15)

        assert (review.pause_ends_at, review.due_at) == (after(2 * DAYS + 15), after(3 * DAYS))

    def test_gives_back_only_the_time_that_the_answer_took(self) -> None:
        review = an_asked_review()

        amends(review, minute=75, answers=review.question_id)

        assert (review.due_at, review.pause_ends_at) == (after(DAYS + 60), None)

    def test_gives_back_no_more_than_its_length_to_a_late_answer(self) -> None:
        review = an_asked_review(until=2 * DAYS + 15)

        amends(review, minute=5 * DAYS, answers=review.question_id)

        assert review.due_at == after(3 * DAYS)

    def test_never_goes_past_the_last_hour_in_hospital(self) -> None:
        review = a_review()
        amends(review, minute=5, leaves_at=after(9 * 60))
        views(review)

        asks(review, until=2 * DAYS)

        assert (review.pause_ends_at, review.due_at) == (after(8 * 60), after(8 * 60))

    def test_is_longer_when_asked_again_later_before_it_ends_or_after(self) -> None:
        early, late = an_asked_review(until=2 * DAYS + 15), an_asked_review(until=2 * DAYS + 15)

        put_off(early, at=DAYS, until=4 * DAYS + 15)
        put_off(late, at=3 * DAYS, until=4 * DAYS)

        assert (early.pause_ends_at, early.due_at) == (after(4 * DAYS + 15), after(5 * DAYS))
        assert (late.pause_ends_at, late.due_at) == (after(4 * DAYS), after(4 * DAYS))

    @pytest.mark.parametrize("until", [DAYS, DAYS - 1, 15 * DAYS])
    def test_is_put_off_to_a_later_day_within_the_limit_alone(self, until: float) -> None:
        review = an_asked_review()

        with pytest.raises(NotThatLate):
            put_off(review, at=DAYS, until=until)

    def test_needs_a_question(self) -> None:
        with pytest.raises(NoQuestionWaits):
            put_off(a_review(), at=DAYS, until=2 * DAYS)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("at", "ends"),
        [
            ("2026-11-23T10:00", "2026-11-25T10:00"),
            ("2026-11-20T16:00", "2026-11-24T16:00"),
            ("2026-11-21T09:00", "2026-11-25T00:00"),
            ("2026-12-24T15:00", "2026-12-30T15:00"),
            ("2027-03-25T09:00", "2027-03-31T08:00"),
        ],
        ids=[
            "on a Monday",
            "over a weekend",
            "from a Saturday",
            "over Christmas",
            "over Easter, when the clocks change",
        ],
    )
    def test_leave_out_weekends_and_bank_holidays_in_london(self, at: str, ends: str) -> None:
        begins = datetime.fromisoformat(at).replace(tzinfo=UTC)

        assert after_working_days(begins, 2, is_bank_holiday) == datetime.fromisoformat(ends).replace(tzinfo=UTC)

    def test_know_their_bank_holidays_for_another_year(self) -> None:
        """A year before the dates end there is time to bring in a newer `govuk-bank-holidays`."""
        assert last_known() - date.today() > timedelta(days=365)  # noqa: DTZ011 (of the calendar of whoever runs this)


class TestATime:
    def test_never_comes_before_what_it_follows(self) -> None:
        assert not_before(after(1), after(2), None) == after(2)
        assert not_before(after(3), after(2)) == after(3)
        assert not_before(after(3)) == after(3)

    def test_comes_later_than_what_it_overrules(self) -> None:
        assert just_after(after(1), after(2), after(1), None) == after(2) + timedelta(microseconds=1)
        assert just_after(after(2), after(2)) > after(2)
        assert just_after(after(3), after(2)) == after(3)


def an_asked_review(*, until: float = 2 * DAYS) -> Review:
    review = a_review()
    views(review)
    asks(review, question_id=uuid4(), until=until)
    return review


def put_off(review: Review, *, at: float, until: float) -> None:
    review.extend_pause(by=REVIEWER, at=after(at), until=after(until), latest=after(14 * DAYS), hours=HOURS)
