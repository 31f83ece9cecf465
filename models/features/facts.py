"""What a referral says, read fact by fact: known, not known, or out of range."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.features.specification import Fact, FactKind

# bool, int, str (a code), date or frozenset[str] (codes), as the fact's kind says; None = not known.
# `Any` because a rule reads only facts of its own kind, which the registry's reading has checked.
Answer = Any


class OutOfRange(ValueError):
    """An answer that the model was never told about."""


@dataclass(frozen=True)
class EarlierReferral:
    """Another referral of the same person, in its latest version known at the time.

    `id` and `kind` (who referred) are carried along to name the source of a value; neither changes a number.
    """

    received_on: date
    facts: Mapping[str, object]
    id: str = ""
    kind: str = ""


Past = Sequence[tuple[int, EarlierReferral]]
"""Earlier referrals, each with how many days ago it was (at least 1), newest first."""


@dataclass(frozen=True, slots=True)
class Known:
    """The known answers of one referral, each with the day of the referral that gave it."""

    as_of: date
    answers: dict[str, Answer]
    given_on: dict[str, date]
    given_by: dict[str, EarlierReferral]
    """Of the answers that this referral does not give itself: the earlier one whose answer still stands."""
    earlier: Past
    out_of_range: tuple[str, ...]


class FactReader:
    """The registry's facts made ready: each with the function that reads its kind."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = [(fact.name, fact, _READERS[fact.kind]) for fact in facts]

    def read(self, said: Mapping[str, object], as_of: date, earlier: Past) -> Known:
        """Answers of this referral; where it does not say, one that still stands from an earlier one.

        `earlier` is newest first.
        """
        answers: dict[str, Answer] = {}
        given_on: dict[str, date] = {}
        given_by: dict[str, EarlierReferral] = {}
        wrong: list[str] = []
        for name, fact, answer_of in self._facts:
            value, by = said.get(name), None
            try:
                answer = None if value is None else answer_of(fact, value)
                if answer is None and earlier and fact.stands_for_days:
                    answer, by = _standing(fact, earlier)
            except OutOfRange:
                wrong.append(name)
                continue
            if answer is not None:
                answers[name] = answer
                given_on[name] = by.received_on if by else as_of
                if by:
                    given_by[name] = by
        for name in [name for name, answer in answers.items() if type(answer) is date and answer > as_of]:
            wrong.append(name)
            del answers[name]
        return Known(as_of, answers, given_on, given_by, earlier, tuple(wrong))


def _standing(fact: Fact, earlier: Past) -> tuple[Answer, EarlierReferral | None]:
    for days, referral in earlier:
        if days > fact.stands_for_days:
            break
        value = referral.facts.get(fact.name)
        if value is None:
            continue
        try:
            answer = _READERS[fact.kind](fact, value)
        except OutOfRange:
            continue  # an earlier referral's mistake is no reason to refuse this one
        if answer is not None:
            return answer, referral
    return None, None


def has_any(referral: EarlierReferral, name: str, codes: Collection[str]) -> bool:
    """Whether an earlier referral gave one of these codes for a fact.

    Not checked against the registry: an earlier referral may have been written under older codes.
    """
    said = referral.facts.get(name)
    return isinstance(said, (list, tuple)) and any(code in codes for code in said)


def _flag(_: Fact, value: object) -> Answer:
    if value is True or value is False:
        return value
    raise OutOfRange


def _count(fact: Fact, value: object) -> Answer:
    # `type(...) is`: True is an int to isinstance, and no count.
    if type(value) is int and fact.low <= value <= fact.high:
        return value
    raise OutOfRange


def _code(fact: Fact, value: object) -> Answer:
    if not isinstance(value, str) or value not in fact.codes:
        raise OutOfRange
    return None if value in fact.unknown_codes else value


def _codes(fact: Fact, value: object) -> Answer:
    if not isinstance(value, (list, tuple)):
        raise OutOfRange
    for code in value:
        if not isinstance(code, str) or code not in fact.codes:
            raise OutOfRange
    return frozenset(value) or None  # nothing selected is no answer


def _date(_: Fact, value: object) -> Answer:
    if type(value) is date:
        return value
    # Length first: fromisoformat also takes 20250131 and 2025-W05-5.
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise OutOfRange


_READERS: dict[FactKind, Callable[[Fact, object], Answer]] = {
    FactKind.FLAG: _flag,
    FactKind.COUNT: _count,
    FactKind.CODE: _code,
    FactKind.CODES: _codes,
    FactKind.DATE: _date,
}
