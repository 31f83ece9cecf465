"""When figures are frozen, by London's clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.oversight.periods import LONDON, Quarter
from services.oversight.schedule import Schedule
from services.oversight.settings import Settings
from services.platform.settings import SettingsError

GIVEN = {"DATABASE_URL": "sqlite://", "SECRET_KEY": "a secret of the tests, 32 bytes."}  # pragma: allowlist secret


class TestASnapshot:
    @pytest.mark.parametrize(
        ("now", "newest"),
        [
            (datetime(2026, 5, 18, 4, 59, tzinfo=UTC), datetime(2026, 5, 11, 5, tzinfo=UTC)),
            (datetime(2026, 5, 18, 5, 0, tzinfo=UTC), datetime(2026, 5, 18, 5, tzinfo=UTC)),
            (datetime(2026, 11, 1, 12, 0, tzinfo=UTC), datetime(2026, 10, 26, 6, tzinfo=UTC)),  # winter time began
            (datetime(2026, 3, 30, 5, 0, tzinfo=UTC), datetime(2026, 3, 30, 5, tzinfo=UTC)),  # summer time began
        ],
    )
    def test_is_due_on_monday_at_six_in_london(self, now: datetime, newest: datetime) -> None:
        assert Schedule().newest_due(now) == newest

    @given(st.integers(0, 2 * 366 * 24 * 60), st.integers(0, 6))
    def test_is_due_once_a_week_at_the_same_time_of_day(self, minutes: int, weekday: int) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        schedule = Schedule(weekday=weekday, at=time(6, 30))

        newest, following = schedule.newest_due(now), schedule.next_due(now)

        assert newest <= now < following
        assert following.date() - newest.date() == timedelta(weeks=1)
        assert {each.astimezone(LONDON).timetz().replace(tzinfo=None) for each in (newest, following)} == {time(6, 30)}

    @pytest.mark.parametrize("code", ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"])
    def test_makes_a_report_final_in_the_week_after_four_weeks(self, code: str) -> None:
        quarter = Quarter.read(code)

        due = Schedule().final_due(quarter)

        assert quarter.ends + timedelta(weeks=4) <= due < quarter.ends + timedelta(weeks=5)
        assert due.weekday() == 0


class TestTheSettings:
    def test_are_monday_six_and_four_weeks(self) -> None:
        assert Settings.from_environment(GIVEN).schedule == Schedule(
            weekday=0, at=time(6), final_after=timedelta(weeks=4)
        )

    def test_may_be_another_day_time_and_number_of_weeks(self) -> None:
        other = {"SNAPSHOT_WEEKDAY": "Thursday", "SNAPSHOT_TIME": "22:15", "FINAL_REPORT_WEEKS": "6"}

        assert Settings.from_environment({**GIVEN, **other}).schedule == Schedule(
            weekday=3, at=time(22, 15), final_after=timedelta(weeks=6)
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SNAPSHOT_WEEKDAY", "1"),
            ("SNAPSHOT_WEEKDAY", "someday"),
            ("SNAPSHOT_TIME", "6"),
            ("SNAPSHOT_TIME", "25:00"),
            ("SNAPSHOT_TIME", "06:00Z"),
            ("FINAL_REPORT_WEEKS", "0"),
        ],
    )
    def test_stop_the_process_with_a_sentence_when_they_cannot_be_read(self, name: str, value: str) -> None:
        with pytest.raises(SettingsError, match=name):
            Settings.from_environment({**GIVEN, name: value})
