"""What is known of who a referral is about: the values that are compared, and the digests by which it is found.

Identifiers are looked for by keyed digests only: a stolen table of them cannot be tried against all NHS numbers. What is
found so is then compared by value (`matching.py`).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.intake.domain.age import Age
from services.intake.domain.content import YoungPerson
from services.intake.domain.names import Names, names_of, parts_of, whole_names
from services.intake.domain.nhs_number import is_example
from services.intake.domain.placeholders import is_institution, is_weak_date
from services.intake.domain.postcode import NO_FIXED_ABODE

_DAYS_OF_A_YEAR = 365.25


class Identifier(StrEnum):
    NHS_NUMBER = "nhs_number"
    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is compared of one referral. `weak` are the identifiers that say little, by what stands in them."""

    names: Names
    born: date | None
    born_about: float | None
    """In years, from the date of birth or the age. None when neither is known."""
    nhs_number: str | None
    postcode: str | None
    phone: str | None
    weak: frozenset[Identifier]


@dataclass(frozen=True, kw_only=True)
class SearchKey:
    """A digest under which a referral is found. A whole one is looked for; a part only confirms what was found.

    `is_sufficient`: it needs nothing beside it to be worth a comparison, as an NHS number or a name of several words.
    """

    identifier: Identifier
    digest: str
    is_whole: bool
    is_sufficient: bool = False


def known_of(young_person: YoungPerson, *, age: Age, at: datetime, test_numbers: bool) -> Known:
    """`test_numbers`: NHS numbers of the test range are those of the (invented) people here."""
    who = young_person
    names = names_of(who.name, who.other_names)
    weak = {
        Identifier.NAME: names.main is None or not names.main.is_full,
        Identifier.DATE_OF_BIRTH: who.date_of_birth and is_weak_date(who.date_of_birth, basis=age.basis, on=at.date()),
        Identifier.POSTCODE: who.address and is_institution(who.address),
        Identifier.NHS_NUMBER: who.nhs_number and is_example(who.nhs_number, test_numbers=test_numbers),
    }
    return Known(
        names=names,
        born=who.date_of_birth,
        born_about=_born_about(who.date_of_birth, age, at),
        nhs_number=who.nhs_number,
        # Thousands of people share the code that means "no fixed address".
        postcode=who.postcode if who.postcode != NO_FIXED_ABODE else None,
        phone=who.phone,
        weak=frozenset(identifier for identifier, is_weak in weak.items() if is_weak),
    )


def whole_values(known: Known) -> set[tuple[Identifier, str]]:
    """The values of which two referrals must share one, to be compared at all."""
    values = {
        Identifier.NHS_NUMBER: known.nhs_number,
        Identifier.DATE_OF_BIRTH: known.born and day_month_sorted(known.born),
        Identifier.POSTCODE: known.postcode,
        Identifier.PHONE: known.phone,
    }
    found = {(identifier, value) for identifier, value in values.items() if value}
    return found | {(Identifier.NAME, name) for name in whole_names(known.names)}


def search_keys(known: Known, key: bytes) -> list[SearchKey]:
    """The keyed digests under which a referral is stored and looked for."""
    whole = [
        SearchKey(
            identifier=identifier,
            digest=digest(identifier.value, value, key),
            is_whole=True,
            is_sufficient=identifier is Identifier.NHS_NUMBER or (identifier is Identifier.NAME and " " in value),
        )
        for identifier, value in sorted(whole_values(known))
    ]
    parts = [
        SearchKey(identifier=Identifier.NAME, digest=digest("name_part", part, key), is_whole=False)
        for part in sorted(parts_of(known.names))
    ]
    return whole + parts


def digest(kind: str, value: str, key: bytes) -> str:
    return hmac.new(key, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()


def day_month_sorted(day: date) -> str:
    """The same for a date and for the one with day and month swapped."""
    first, second = sorted((day.day, day.month))
    return f"{day.year}-{first:02}-{second:02}"


def _born_about(born: date | None, age: Age, at: datetime) -> float | None:
    if born is not None:
        return _in_years(datetime.combine(born, datetime.min.time()))
    if age.years is None:
        return None
    return _in_years(at) - age.years - 0.5  # somebody of 15 is 15 and a half, give or take


def _in_years(timestamp: datetime) -> float:
    return timestamp.year + timestamp.timetuple().tm_yday / _DAYS_OF_A_YEAR
