"""Bank holidays in England and Wales, from the dates in the package `govuk-bank-holidays`."""

from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays


def is_bank_holiday(day: date) -> bool:
    return day in _days()


def last_known() -> date:
    """Returns the last known bank holiday. After it, every weekday counts as a working day."""
    return max(_days())


@cache
def _days() -> frozenset[date]:
    # Otherwise the package would request the dates from gov.uk.
    known = BankHolidays(use_cached_holidays=True)
    return frozenset(holiday["date"] for holiday in known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES))
