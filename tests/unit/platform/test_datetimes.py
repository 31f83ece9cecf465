"""Dates and times as people type them, and the two nights a year on which London's clock is no help."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platform import datetimes
from services.platform.datetimes import NotReadable, RepeatedHour, TypedDate, TypedTimestamp
from services.platform.ui import dates

BACK = TypedDate("25", "10", "2026")
FORWARD = TypedDate("28", "3", "2027")
INSTANTS = st.integers(0, 60 * 24 * 365 * 120).map(
    lambda minutes: datetime(1972, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def typed(at: datetime) -> TypedTimestamp:
    """An instant as the inputs of a page show it."""
    shown = datetimes.inputs(at)
    day = TypedDate(shown["day"], shown["month"], shown["year"])
    return TypedTimestamp(day, shown["time"], shown.get("clocks", ""))


class TestADate:
    @pytest.mark.parametrize(
        "parts",
        [
            ("3", "3", "2026"), ("03", "03", "2026"), ("3", "March", "2026"), ("3", "mar", "2026"), ("3", "Mar.", "2026"),
            ("3 March", "", "2026"), ("3 March 2026", "", ""), ("", "3rd March, 2026", ""), ("3", "March 2026", ""),
            ("\u00a03\u200b", "\u2060MARCH", "2026\u00ad"),
        ],
    )  # fmt: skip
    def test_is_read_as_people_write_it(self, parts: tuple[str, str, str]) -> None:
        assert TypedDate(*parts).read() == date(2026, 3, 3)

    @pytest.mark.parametrize(
        ("parts", "fault"),
        [
            (("31", "2", "2026"), "must be a real date"), (("3", "ma", "2026"), "must be a real date"),
            (("3", "Marzo", "2026"), "must be a real date"), (("3", "13", "2026"), "must be a real date"),
            (("3", "-3", "2026"), "must be a real date"), (("1.5", "", "2026"), "must include a month"),
            (("3", "", "2026"), "must include a month"), (("", "3", ""), "must include a day and year"),
            (("3", "3", "26"), "from 1900 to 2099"), (("3", "3", "1899"), "from 1900 to 2099"),
            (("3", "3", "02026"), "from 1900 to 2099"), (("٣", "3", "2026"), "must be a real date"),
        ],
    )  # fmt: skip
    def test_that_is_none_is_refused_with_what_is_wrong(self, parts: tuple[str, str, str], fault: str) -> None:
        with pytest.raises(NotReadable, match=fault):
            TypedDate(*parts).read()

    @given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    def test_that_a_page_shows_is_read_back(self, day: date) -> None:
        shown = datetimes.inputs(day)

        assert TypedDate(shown["day"], shown["month"], shown["year"]).read() == day
        assert datetimes.read_date(day.isoformat()) == day
        for month in (f"{day:%B}", f"{day:%b}"):
            assert TypedDate(str(day.day), month, str(day.year)).read() == day

    @given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
    def test_any_text_is_read_or_refused(self, day: str, month: str, year: str) -> None:
        with contextlib.suppress(NotReadable):
            assert 1900 <= TypedDate(day, month, year).read().year <= 2099


class TestATimeOfDay:
    @pytest.mark.parametrize(
        ("text", "clock"),
        [
            ("14:30", time(14, 30)), ("14.30", time(14, 30)), ("1430", time(14, 30)), ("2:30pm", time(14, 30)),
            ("2.30 PM", time(14, 30)), ("2pm", time(14)), ("12am", time(0)), ("12pm", time(12)), ("0:05", time(0, 5)),
            ("midday", time(12)), ("Midnight", time(0)), ("2:30\u00a0p.m.", time(14, 30)),
        ],
    )  # fmt: skip
    def test_is_read_as_people_write_it(self, text: str, clock: time) -> None:
        assert datetimes.read_time(text) == clock

    @pytest.mark.parametrize(
        "text", ["14:30am", "14:30pm", "0am", "13pm", "24:00", "12:60", "9", "2", "", "late", "٩:٠٠", "1:3"]
    )
    def test_that_is_none_or_could_be_two_is_refused(self, text: str) -> None:
        with pytest.raises(NotReadable, match="must have a time"):
            datetimes.read_time(text)


class TestALocalTime:
    @given(INSTANTS)
    def test_that_a_page_shows_is_the_same_instant_when_read_back(self, at: datetime) -> None:
        assert typed(at).read() == at

    @given(st.integers(0, 60 * 24 - 1), st.sampled_from([date(2026, 10, 25), date(2027, 3, 28), date(2026, 6, 1)]))
    def test_is_never_another_time_than_the_one_typed(self, minute: int, day: date) -> None:
        clock = time(*divmod(minute, 60))
        for clocks in ("", "before", "after"):
            try:
                at = datetimes.in_london(day, clock, clocks)
            except NotReadable:
                continue
            shown = dates.local(at)
            assert (shown.date(), shown.time()) == (day, clock)

    def test_that_comes_twice_is_asked_about(self) -> None:
        at = TypedTimestamp(BACK, "1:30am")

        assert at.is_repeated
        with pytest.raises(RepeatedHour, match="before or after the clocks go back"):
            at.read()
        assert at._replace(clocks="before").read() == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert at._replace(clocks="after").read() == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def test_that_comes_twice_is_shown_with_which_of_the_two_it_is(self) -> None:
        first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

        assert dates.time_of_day(first) == "1:30am (before the clocks go back)"
        assert dates.time_of_day(second) == "1:30am (after the clocks go back)"

    @pytest.mark.parametrize("text", ["1:00", "1:30am", "1:59"])
    def test_that_the_clocks_skip_is_refused(self, text: str) -> None:
        at = TypedTimestamp(FORWARD, text, "after")

        assert not at.is_repeated
        with pytest.raises(NotReadable, match="clocks go forward"):
            at.read()

    @pytest.mark.parametrize("text", ["0:59", "2:00"])
    def test_beside_the_hour_that_the_clocks_skip_is_taken(self, text: str) -> None:
        assert TypedTimestamp(FORWARD, text).read()


class TestATimestampOfAProgram:
    @given(INSTANTS)
    def test_is_read_back(self, at: datetime) -> None:
        assert datetimes.read_timestamp(at.isoformat()) == at
        assert datetimes.read_timestamp(dates.local(at).isoformat()) == at

    def test_without_its_offset_is_refused(self) -> None:
        with pytest.raises(NotReadable, match="offset"):
            datetimes.read_timestamp("2026-10-25T01:30:00")

    @pytest.mark.parametrize(
        "text", ["2026-13-01T00:00Z", "2026-02-29T10:00Z", "2026-01-01T24:00Z", "2026-01-01 10:00Z", "1e3", "",
                 "2026-01-01T10:00+15:00", "1899-01-01T10:00Z"],
    )  # fmt: skip
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(NotReadable):
            datetimes.read_timestamp(text)
