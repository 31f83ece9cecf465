"""When two referrals are about one person, when they may be, and when nothing says so.

Identifiers are compared by keyed digests only: a stolen table of them cannot be tried against all NHS numbers.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.intake.domain.age import Age
from services.intake.domain.content import YoungPerson
from services.intake.domain.postcode import NO_FIXED_ABODE

ENOUGH_TO_WONDER = 2
"""How many of the counted identifiers agree before a person should look."""
_STATED_AGE_MAY_BE_OFF_BY = 2
_DAYS_OF_A_YEAR = 365.25


class Identifier(StrEnum):
    NHS_NUMBER = "nhs_number"
    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"
    PHONE = "phone"


_COUNTED = frozenset({Identifier.NAME, Identifier.DATE_OF_BIRTH, Identifier.POSTCODE, Identifier.PHONE})
_WHOLE_PERSON = frozenset({Identifier.NAME, Identifier.DATE_OF_BIRTH, Identifier.POSTCODE})
AGE = "age"

Digests = Mapping[Identifier, str]


class Verdict(StrEnum):
    SAME = "same"
    POSSIBLE = "possible"
    UNRELATED = "unrelated"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is compared of one referral: digests of its identifiers, and the year of birth that its age gives."""

    digests: Digests
    born_about: float | None
    """In years. None when the age is not known."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    verdict: Verdict
    agreeing: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


def known_of(young_person: YoungPerson, *, age: Age, at: datetime, key: bytes) -> Known:
    born_about = None
    if young_person.date_of_birth is not None:
        born_about = _in_years(datetime.combine(young_person.date_of_birth, datetime.min.time()))
    elif age.years is not None:
        born_about = _in_years(at) - age.years - 0.5  # somebody of 15 is 15 and a half, give or take
    return Known(digests=_digests(young_person, key), born_about=born_about)


def compare(one: Known, other: Known) -> Comparison:
    """Whether two referrals are about one person.

    One NHS number links unless name, date of birth or age contradict it; name, date of birth and postcode agreeing
    exactly link unless two NHS numbers contradict it. What is left of either, or two of name, date of birth, postcode
    and phone agreeing, is for a person to look at.
    """
    shared = [identifier for identifier in Identifier if identifier in one.digests and identifier in other.digests]
    agreeing = [identifier for identifier in shared if one.digests[identifier] == other.digests[identifier]]
    differing: list[str] = [identifier for identifier in shared if identifier not in agreeing]
    if Identifier.DATE_OF_BIRTH not in shared and _ages_contradict(one, other):
        differing.append(AGE)
    return Comparison(
        verdict=_verdict(frozenset(agreeing), frozenset(differing)),
        agreeing=tuple(agreeing),
        contradicting=tuple(differing),
    )


def _verdict(agreeing: frozenset[Identifier], differing: frozenset[str]) -> Verdict:
    if Identifier.NHS_NUMBER in agreeing:
        contradicted = differing & {Identifier.NAME, Identifier.DATE_OF_BIRTH, AGE}
        return Verdict.POSSIBLE if contradicted else Verdict.SAME
    if agreeing >= _WHOLE_PERSON:
        return Verdict.POSSIBLE if Identifier.NHS_NUMBER in differing else Verdict.SAME
    return Verdict.POSSIBLE if len(agreeing & _COUNTED) >= ENOUGH_TO_WONDER else Verdict.UNRELATED


def normalised_name(name: str) -> str:
    """A name as it is compared: one form of each letter, no case, single spaces, one kind of apostrophe and hyphen."""
    text = unicodedata.normalize("NFC", name).translate(_ALIKE)
    return unicodedata.normalize("NFC", " ".join(text.casefold().split()))


_ALIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-"})


def digest(identifier: Identifier, value: str, key: bytes) -> str:
    """The keyed digest under which a value is stored and looked for."""
    return hmac.new(key, f"{identifier.value}\n{value}".encode(), hashlib.sha256).hexdigest()


def _digests(young_person: YoungPerson, key: bytes) -> dict[Identifier, str]:
    born = young_person.date_of_birth
    values = {
        Identifier.NHS_NUMBER: young_person.nhs_number,
        Identifier.NAME: normalised_name(young_person.name) if young_person.name else None,
        Identifier.DATE_OF_BIRTH: born.isoformat() if born else None,
        # Thousands of people share the code that stands for having no address.
        Identifier.POSTCODE: young_person.postcode if young_person.postcode != NO_FIXED_ABODE else None,
        Identifier.PHONE: young_person.phone,
    }
    return {identifier: digest(identifier, value, key) for identifier, value in values.items() if value}


def _ages_contradict(one: Known, other: Known) -> bool:
    if one.born_about is None or other.born_about is None:
        return False
    return abs(one.born_about - other.born_about) > _STATED_AGE_MAY_BE_OFF_BY


def _in_years(moment: datetime) -> float:
    return moment.year + moment.timetuple().tm_yday / _DAYS_OF_A_YEAR
