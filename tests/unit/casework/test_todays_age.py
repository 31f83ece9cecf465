"""A young person is as old as they are today, not as old as on the day of the referral."""

from datetime import date

import pytest

from services.casework.domain.todays_age import todays_age
from services.contracts.codes import AgeBasis

BORN = date(2008, 12, 1)


class TestTodaysAge:
    @pytest.mark.parametrize(("on", "age"), [(date(2026, 11, 30), 17), (date(2026, 12, 1), 18)])
    def test_turns_on_the_birthday(self, on: date, age: int) -> None:
        assert todays_age(17, AgeBasis.DATE_OF_BIRTH, BORN, on=on) == age

    @pytest.mark.parametrize(("on", "age"), [(date(2026, 2, 28), 17), (date(2026, 3, 1), 18)])
    def test_of_a_leap_day_turns_on_1_march(self, on: date, age: int) -> None:
        assert todays_age(17, AgeBasis.DATE_OF_BIRTH, date(2008, 2, 29), on=on) == age

    def test_is_the_stated_one_until_the_identity_has_arrived(self) -> None:
        assert todays_age(17, AgeBasis.DATE_OF_BIRTH, None, on=date(2027, 1, 1)) == 17

    @pytest.mark.parametrize("basis", [AgeBasis.ESTIMATED, AgeBasis.NOT_KNOWN])
    def test_is_the_stated_one_where_the_age_no_longer_comes_from_a_date_of_birth(self, basis: AgeBasis) -> None:
        """The referrer took the date of birth back, and the identity without it has not arrived yet."""
        assert todays_age(None, basis, BORN, on=date(2027, 1, 1)) is None
