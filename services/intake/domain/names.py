"""Normalises names for comparison: plain letters, without placeholders, with a person's other names."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from services.intake.domain.placeholders import MULTIPLE_BIRTH, TITLES, WHOLE_NAMES, is_placeholder
from services.intake.domain.short_names import full_names

_MAX_OTHERS = 6
_TWO = 2
_APOSTROPHES = re.compile("['’‘ʼʻʹˈ′`´＇]")
# Letters that Unicode does not take apart into a letter and a mark.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ə": "e",
    }
)
# Accents and vowel signs that people leave out. The vowel signs of Indian scripts are letters to their readers.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Beside the category Cf: what is drawn as nothing, and what only chooses between two ways of drawing.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_ALSO = re.compile(
    r"\b(?:a\.? ?k\.? ?a\b\.?|also known as|known as|goes by|alias|formerly|née|nee\b)|[/;|]", re.IGNORECASE
)
_ASIDE = re.compile(r"[(\[{\"“”«]([^()\[\]{}\"“”«»]+)[)\]}\"”“»]")
_BETWEEN_OTHERS = re.compile(r"[,\n]|\band\b", re.IGNORECASE)
_SILENT = re.compile("(?<=.)[aeiouyhw]")
_SOUNDS_AS = (("ph", "f"), ("ck", "k"), ("q", "k"), ("c", "k"), ("z", "s"))
_LAST_LATIN = "\u024f"


@dataclass(frozen=True, kw_only=True)
class Name:
    """One name. `is_whole` when no placeholder was left out of it."""

    words: tuple[str, ...]
    is_whole: bool

    @cached_property
    def long_words(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if not is_initial(word))

    @cached_property
    def sounds(self) -> Mapping[str, frozenset[str]]:
        """How each word sounds, and how the names sound that it may be short for. An initial has no sound."""
        return {word: frozenset({sound(word), *map(sound, full_names(word))}) for word in self.long_words}

    @cached_property
    def whole_sound(self) -> str:
        """How all of it sounds as one word: alike whatever spaces and hyphens it has."""
        return sound(self.letters)

    @property
    def is_full(self) -> bool:
        """Whether it says which member of which family: two words or more, neither initials nor placeholders."""
        return self.is_whole and len(self.long_words) > 1 and len(self.long_words) == len(self.words)

    @property
    def letters(self) -> str:
        return "".join(self.words)

    @property
    def in_order(self) -> str:
        """The words by the alphabet: the same whichever way round the name was written."""
        return " ".join(sorted(self.words))


@dataclass(frozen=True, kw_only=True)
class Names:
    """The name of a person, if it is one, and the others that they go by."""

    main: Name | None
    others: tuple[Name, ...] = ()
    of_several: bool = False
    """Whether the name speaks of a twin, a sister or a brother."""

    @property
    def all(self) -> tuple[Name, ...]:
        return (self.main, *self.others) if self.main else self.others


def names_of(name: str | None, other_names: str | None) -> Names:
    written = list(_apart(name or ""))
    others = [part for text in _BETWEEN_OTHERS.split(other_names or "") for part in _apart(text)]
    main = _read(written[0]) if written else None
    known_as = [read for text in [*written[1:], *others] if (read := _read(text)) is not None and read != main]
    words = {word for text in [*written, *others] for word in _words(text)}
    return Names(
        main=main, others=tuple(dict.fromkeys(known_as))[:_MAX_OTHERS], of_several=not words.isdisjoint(MULTIPLE_BIRTH)
    )


def folded(text: str) -> str:
    """Plain letters: one form of each, no case, no accents, no apostrophes, nothing that cannot be seen."""
    text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text))
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = unicodedata.normalize("NFKD", _UNSEEN.sub("", text).casefold().translate(_PLAIN))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text))


def is_initial(word: str) -> bool:
    """One letter of an alphabet. One character of another script may be a whole name."""
    return len(word) == 1 and word < "\u0590"


def sound(word: str) -> str:
    """The first letter and the consonants after it, alike for alike sounds: "Jon" and "John", "Smith" and "Smyth"."""
    if word[:1] > _LAST_LATIN:
        return word
    for written, sounds in _SOUNDS_AS:
        word = word.replace(written, sounds)
    consonants = _SILENT.sub("", word)
    return "".join(letter for index, letter in enumerate(consonants) if letter != consonants[index - 1 : index])


def without_a_letter(word: str) -> set[str]:
    """The word, and what is left of it without each of its letters: two words one letter apart share one of these."""
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


def whole_names(names: Names) -> set[str]:
    """Returns the names to search by: in any word order, and without middle names."""
    found = {name.in_order for name in names.all}
    return found | {" ".join(sorted((name.words[0], name.words[-1]))) for name in names.all if len(name.words) > _TWO}


def parts_of(names: Names) -> set[str]:
    """Parts of names, as they sound. Two names that `name_agreement` finds alike share one."""
    found = set()
    for name in names.all:
        found |= {f"sound {sounds}" for sounds in (name.whole_sound, *chain.from_iterable(name.sounds.values()))}
        if len(name.words) == 1:
            found |= {f"letters {rest}" for rest in without_a_letter(name.letters)}
    return found


def _apart(text: str) -> Iterator[str]:
    """Yields the name without text in brackets or quotation marks, then that text, then what follows "also known as"."""
    if " ".join(_words(text)) in WHOLE_NAMES:
        return
    first, *more = _ALSO.split(text)
    yield _ASIDE.sub(" ", first)
    yield from _ASIDE.findall(first)
    for part in more:
        yield from _apart(part)


def _words(text: str) -> list[str]:
    plain = folded(text)
    words = "".join(character if unicodedata.category(character)[0] in "LMN" else " " for character in plain)
    return words.split()


def _read(text: str) -> Name | None:
    words = _words(text)
    while words and words[0] in TITLES:
        words = words[1:]
    rest = [word for word in words if not is_placeholder(word)]
    if not rest or {" ".join(words), " ".join(rest)} & WHOLE_NAMES:
        return None
    return Name(words=tuple(rest), is_whole=len(rest) == len(words))
