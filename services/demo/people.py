"""Invented young people. Names are fictional, NHS numbers of the test range and phone numbers of the drama range."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product

_FIRST = (
    *("Aspen", "Rowan", "Hazel", "Alder", "Juniper", "Linden", "Maple", "Willow", "Birch", "Elder"),
    *("Laurel", "Myrtle", "Sorrel", "Tansy", "Yarrow", "Clover", "Bracken", "Heath", "Fern", "Reed"),
)
_LAST = ("Example", "Invented", "Madeup", "Sample", "Pretend", "Notreal", "Fiction", "Placeholder")

# The pseudo postcode of "no fixed abode", so that no real street is named.
NO_FIXED_ABODE = "ZZ99 3VZ"


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    date_of_birth: date
    nhs_number: str
    phone: str


def people(*, today: date, chance: random.Random) -> "list[Person]":
    """Every invented person, in an order that the chance decides; ages 11 to 24 on `today`."""
    names = [f"{first} {last}" for last, first in product(_LAST, _FIRST)]
    chance.shuffle(names)
    serials = (serial for serial in count(1) if _check_digit(_nine(serial)) is not None)
    return [
        Person(
            name=name,
            date_of_birth=today - timedelta(days=chance.randrange(11 * 366, 24 * 365)),
            nhs_number=nhs_test_number(next(serials)),
            phone=f"07700 900{index:03}",
        )
        for index, name in enumerate(names)
    ]


def nhs_test_number(serial: int) -> str:
    """A number of the range 999 that is never issued. Raises ValueError for a serial without a check digit."""
    nine = _nine(serial)
    check = _check_digit(nine)
    if check is None:
        raise ValueError(f"no number has the serial {serial}")
    return f"{nine}{check}"


def _nine(serial: int) -> str:
    return f"999{serial:06}"


def _check_digit(nine: str) -> int | None:
    """Modulus 11, as the NHS Data Dictionary has it; None where it would be 10."""
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if remainder == 10 else remainder % 11
