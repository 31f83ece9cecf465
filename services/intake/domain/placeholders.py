"""Placeholders for an unknown name, date of birth or address, which are weak evidence of identity.

These tables are the whole rule. A name is folded (`names.py`) before it is looked up here. To add a word, add it to the
table that describes it; the effect of each table on a comparison is documented beside it.
"""

import re
from datetime import date

from services.contracts.codes import AgeBasis

WHOLE_NAMES = frozenset({
    "abc", "as above", "asdf", "confidential", "dummy", "example", "jane doe", "joe bloggs", "john doe", "n a", "n k", "na",
    "name", "name not known", "nfn", "nil", "nk", "nkn", "no", "no name", "none", "not available", "not disclosed",
    "not given", "not known", "not provided", "not recorded", "not sure", "not stated", "null", "person", "qwerty", "same",
    "same as above", "see notes", "tba", "tbc", "to be confirmed", "to follow", "undefined", "x", "xyz", "yes",
    "young person",
})  # fmt: skip
"""A name that is one of these is no name: it is not compared."""

WORDS = frozenset({
    "aka", "anon", "anonymous", "baby", "boy", "brother", "child", "female", "girl", "infant", "male", "newborn", "of",
    "patient", "quad", "quadruplet", "quads", "refused", "sibling", "sister", "test", "testing", "triplet", "triplets", "twin",
    "twins", "unborn", "unidentified", "unk", "unknown", "unnamed", "withheld", "xx",
})  # fmt: skip
"""Placeholder words. They are left out of a name; the rest is a weak name, and an empty rest is no name."""

MULTIPLE_BIRTH = frozenset(
    {"quad", "quads", "quadruplet", "sibling", "brother", "sister", "triplet", "triplets", "twin", "twins"}
)
"""Words that point to a twin or sibling: the rule never links such a name."""

TITLES = frozenset({"dr", "master", "miss", "mr", "mrs", "ms", "mx"})
"""Left out at the beginning of a name, which is no weaker for it."""

_INSTITUTIONS = (
    "hospital", "infirmary", "emergency department", "a&e", "ward", "clinic", "surgery", "medical centre", "health centre",
    "police", "custody", "court", "prison", "young offender", "yoi", "secure training", "secure unit", "secure children",
    "childrens home", "care home", "residential home", "residential unit", "hostel", "hotel", "guest house", "b&b",
    "bed and breakfast", "foyer", "refuge", "shelter", "ymca", "ywca", "supported accommodation", "supported lodging",
    "supported living", "supported housing", "semi independent", "temporary accommodation", "asylum", "home office", "council",
    "social services", "school", "academy", "college", "university", "halls of residence", "student accommodation",
)  # fmt: skip
"""An address with one of these is that of an institution: many people have its postcode, which is weak evidence."""
_INSTITUTION = re.compile(rf"\b(?:{'|'.join(map(re.escape, _INSTITUTIONS))})\b")
_NOT_WRITTEN = re.compile(r"['’‘]")
_REPEATED = 3
"""A word that repeats one letter this many times, like "xxx", is a placeholder."""


def is_placeholder(word: str) -> bool:
    """Whether a folded word is a placeholder: in the table, a number, or one repeated letter."""
    return word in WORDS or word.isdecimal() or (len(word) >= _REPEATED and len(set(word)) == 1)


def is_weak_date(born: date, *, basis: AgeBasis, on: date) -> bool:
    """Whether a date of birth may be a default or a guess: weak evidence.

    1 January of any year, and the day of the referral, are what systems and people fill in. A date whose age is
    estimated or disputed is weak whatever it is, the first of a month included.
    """
    return basis is not AgeBasis.DATE_OF_BIRTH or (born.month, born.day) == (1, 1) or born == on


def is_institution(address: str) -> bool:
    """Whether an address is that of an institution, by its words."""
    words = _NOT_WRITTEN.sub("", address).replace("-", " ").casefold()
    return _INSTITUTION.search(" ".join(words.split())) is not None
