"""How alike two names are, by the words of which they are made."""

from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from services.intake.domain.names import Name, Names, is_initial

_ONE_WORD_AT_LEAST = 3
_LOOKS_ALIKE = 75
"""Minimum similarity out of 100 for names to be reported as similar."""


class NameAgreement(StrEnum):
    """From the closest to the furthest."""

    SAME = "same"
    REORDERED = "reordered"
    SPACED = "spaced"
    ALIAS = "alias"
    SPELLING = "spelling"
    PART = "part"
    INITIALS = "initials"
    """One of them is nothing but initials, which are those of the other: it speaks neither for one person nor for two."""
    SIMILAR = "similar"
    FAMILY = "family"
    DIFFERENT = "different"


ALIKE = frozenset(list(NameAgreement)[:6])
"""One person may have both names. The others are names of two."""


def name_agreement(one: Names, other: Names) -> tuple[NameAgreement, int] | None:
    """How the two agree, and in how many words. None when one of them has no name at all."""
    if not one.all or not other.all:
        return None
    order = list(NameAgreement)
    found = [_between(a, b, is_main=a is one.main and b is other.main) for a in one.all for b in other.all]
    return min(found, key=lambda agreement: (order.index(agreement[0]), -agreement[1]))


def _between(one: Name, other: Name, *, is_main: bool) -> tuple[NameAgreement, int]:
    found, words = _alike(one, other)
    if is_main or found not in ALIKE:
        return found, words
    return (NameAgreement.PART if found is NameAgreement.PART else NameAgreement.ALIAS), words


def _alike(one: Name, other: Name) -> tuple[NameAgreement, int]:
    words = min(len(one.long_words), len(other.long_words))
    if one.words == other.words:
        return NameAgreement.SAME, words
    if one.in_order == other.in_order:
        return NameAgreement.REORDERED, words
    if one.letters == other.letters:
        return NameAgreement.SPACED, words
    if _are_initials(one, other) or _are_initials(other, one):
        return NameAgreement.INITIALS, 0
    aligned = _aligned(one, other)
    if aligned is None and one.whole_sound == other.whole_sound:
        return NameAgreement.SPELLING, words
    if aligned is None:
        return _unlike(one, other), 0
    whole = len(one.words) == len(other.words) and aligned == len(one.words)
    return (NameAgreement.SPELLING if whole else NameAgreement.PART), aligned


def _aligned(one: Name, other: Name) -> int | None:
    """How many words of the shorter name are words of the longer one, when all are: one of them but for a letter.

    A word with a letter wrong needs another one beside it that is right, unless both names have no other.
    """
    shorter, longer = sorted((one, other), key=lambda name: len(name.words))
    left = list(longer.words)
    words = initials = letters = 0
    for word in sorted(shorter.words, key=lambda word: (word not in left, is_initial(word))):
        if (same := next((each for each in left if _is_one(shorter, word, longer, each)), None)) is not None:
            words += 1
        elif (same := next((each for each in left if _begins(word, each)), None)) is not None:
            initials += 1
        elif (same := next((each for each in left if OSA.distance(word, each) == 1), None)) is not None:
            letters += 1
        else:
            return None
        left.remove(same)
    only = len(one.words) == len(other.words) == 1 and min(len(one.letters), len(other.letters)) >= _ONE_WORD_AT_LEAST
    if letters > 1 or (words == 0 and not (letters and only)):
        return None
    return words + letters


def _is_one(shorter: Name, word: str, longer: Name, other: str) -> bool:
    """The same word, the short form of it, or one that sounds the same."""
    sounds, other_sounds = shorter.sounds.get(word), longer.sounds.get(other)
    return sounds is not None and other_sounds is not None and not sounds.isdisjoint(other_sounds)


def _begins(word: str, other: str) -> bool:
    """Whether one of the two is an initial of the other, or both are the same one."""
    return (is_initial(word) or is_initial(other)) and word[:1] == other[:1]


def _are_initials(short: Name, whole: Name) -> bool:
    """Whether a name is initials only, each of another word of the other name."""
    left = [word[0] for word in whole.words]
    for word in short.words:
        if not is_initial(word) or word not in left:
            return False
        left.remove(word)
    return True


def _unlike(one: Name, other: Name) -> NameAgreement:
    if one.long_words and other.long_words and one.words[-1] == other.words[-1] and not is_initial(one.words[-1]):
        return NameAgreement.FAMILY
    alike = fuzz.token_sort_ratio(" ".join(one.words), " ".join(other.words))
    return NameAgreement.SIMILAR if alike >= _LOOKS_ALIKE else NameAgreement.DIFFERENT
