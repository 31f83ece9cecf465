"""Which answers a model has seen often enough to have learned what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.features.specification import Kind

Seen = Sequence[Sequence[float]]
"""Per answer seen, ascending: its number (see `step`), how many young people had it, how many of them were harmed."""

IsFew = Callable[[float], bool]


def step(kind: Kind, number: float) -> float:
    """The answer under which a number is counted: itself, but all days of a recency count as one ("recorded")."""
    return float(number > 0) if kind is Kind.RECENCY else number


def is_few(feature: Mapping[str, Any], *, minimum: int) -> IsFew:
    """Whether fewer than `minimum` young people had this number of the feature, a manifest's entry.

    A count is seen when that many had it or more, and that many had it or less: what lies between two numbers that
    were seen is not foreign to a model that may only climb. A code or an age is foreign wherever it is rare.
    """
    kind, seen = Kind(feature["kind"]), feature["seen"]
    if kind is Kind.COUNT:
        low, high = _reached(seen, minimum), _reached(seen[::-1], minimum)
        return lambda number: low is None or high is None or not low <= number <= high
    enough = frozenset(answer for answer, people, _harmed in seen if people >= minimum)
    return lambda number: step(kind, number) not in enough


def _reached(seen: Seen, minimum: int) -> float | None:
    """The first number up to which that many were seen, in the order given."""
    total = 0.0
    for answer, people, _harmed in seen:
        total += people
        if total >= minimum:
            return answer
    return None
