"""Values that are nobody else's, and the search that knows them again in a page, a JSON body or a header."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TypeVar

from werkzeug.test import TestResponse

from tests.property.whole.rule import Thing, What

_Drawn = TypeVar("_Drawn")

_LETTERS = "bcdfghjklmnpqrtvwx"
_CAPITALS = [chr(code) for code in range(0x531, 0x557)]  # Armenian: no page of ours has any
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
_FOUND = re.compile(
    "|".join(
        (
            rf"zq[{_LETTERS}]{{7}}",
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
            "[\u0531-\u0556]\\.[\u0531-\u0556]\\.",
            r"\bR-[2-9A-Z]{6}\b",
            r"\b20[01]\d-\d\d-\d\d\b",
            r"\b\d{1,2}[ \xa0][A-Z]{3,9}[ \xa0]20[01]\d\b",
            r"7700[ \xa0]?900[ \xa0]?\d{3}",
            r"\b999[ \xa0]?\d{3}[ \xa0]?\d{4}\b",
            r"\bDN55[ \xa0]?\d[A-Z]{2}\b",
            r"\b0\.\d{9,}",
        )
    ),
    re.ASCII | re.IGNORECASE,
)


@dataclass
class Marks:
    """Every marked value, with all the things that it stands for: two referrals may share a telephone number."""

    known: dict[str, set[Thing]] = field(default_factory=dict)

    def add(self, value: object, thing: Thing) -> None:
        """All that is known again in the value, which must be something."""
        texts = [str(value)]
        if isinstance(value, date):
            texts.append(f"{value.day} {_MONTHS[value.month - 1]} {value.year}")
        for text in texts:
            found = _FOUND.findall(text)
            assert found, text
            for form in map(_one_form, found):
                self.known.setdefault(form, set()).add(thing)

    def found(self, text: str) -> set[str]:
        """The marked values in the text, each in its one form."""
        return {form for form in map(_one_form, _FOUND.findall(text)) if form in self.known}

    def of(self, what: What, number: int) -> set[str]:
        return {form for form, things in self.known.items() for one in things if (one.what, one.of) == (what, number)}


def said(response: TestResponse) -> str:
    """All that an answer says: headers and body, with the letters that JSON escapes as they are."""
    body = response.get_data(as_text=True)
    if response.is_json:
        body = json.dumps(json.loads(body), ensure_ascii=False)
    return "\n".join((*(f"{name}: {told}" for name, told in response.headers.items()), body))


class Words:
    """Draws values that nobody else has."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._taken: set[object] = set()

    def word(self) -> str:
        return self._new(lambda: "Zq" + "".join(self._chance.choices(_LETTERS, k=7)))

    def name(self) -> tuple[str, str]:
        """A name, and its initials."""
        first, last = self._new(lambda: tuple(self._chance.choices(_CAPITALS, k=2)))
        return f"{first}{self.word()} {last}{self.word()}", f"{first}.{last}."

    def phone(self) -> str:
        return self._new(lambda: f"07700 900{self._chance.randrange(1000):03}")

    def postcode(self) -> str:
        return self._new(
            lambda: f"DN55 {self._chance.randrange(1, 10)}{''.join(self._chance.choices('ABDEFGHJ', k=2))}"
        )

    def born(self, *, ages: range, on: date) -> date:
        """Somebody who is, or soon will be, of one of these ages on that day."""
        pick = self._chance
        return self._new(lambda: date(on.year - pick.choice(ages), pick.randrange(1, 13), pick.randrange(1, 29)))

    def nhs_number(self) -> str:
        """Ten digits of the test range, the last the check digit (modulus 11)."""
        while True:
            digits = self._new(lambda: f"999{self._chance.randrange(10**6):06}")
            weighed = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
            if (check := -weighed % 11) < 10:
                return f"{digits}{check}"

    def _new(self, draw: Callable[[], _Drawn]) -> _Drawn:
        while (value := draw()) in self._taken:
            pass
        self._taken.add(value)
        return value


def _one_form(found: str) -> str:
    """A number is written with and without spaces, an id and a code in either case."""
    return re.sub(r"\s", "", found.casefold())
