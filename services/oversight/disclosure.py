"""Disclosure control: which counts about young people may be shown, so that nobody can be identified or derived.

A count of 1 to 7 is hidden, any other is rounded to the nearest 5 (after NHS Digital's rule for hospital statistics).
Then further counts are hidden until the shown ones, with every sum that holds among them, leave a small count free to
be any number from 1 to 7. Everything that is shown or exported comes from this module.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SMALLEST_SHOWN = 8
ROUNDED_TO = 5
_MAX = 10**9
_OFF_BY = ROUNDED_TO // 2

Bounds = tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """The count named `total` is the sum of the counts named `parts`, and every reader knows it."""

    total: str
    parts: Sequence[str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.total, *self.parts))


@dataclass(frozen=True)
class Shown:
    """A count as it may be shown: rounded, or None for hidden."""

    value: int | None

    @property
    def hidden(self) -> bool:
        return self.value is None

    def __str__(self) -> str:
        return "*" if self.value is None else str(self.value)


def disclose(
    counts: Mapping[str, int], sums: Sequence[Sum] = (), *, unpublished: Collection[str] = (), keep: Sequence[str] = ()
) -> dict[str, Shown]:
    """Returns what may be shown of all counts of one report and of every sum that holds among them.

    `unpublished` counts only link others in a sum and are never shown. When more must be hidden, `keep` names the
    counts to hide last, the last of them last of all.
    """
    small = frozenset(name for name, count in counts.items() if 0 < count < SMALLEST_SHOWN) - frozenset(unpublished)
    allowed = _settled(_known(counts, unpublished, hidden=frozenset(counts)), sums)

    def told(hidden: Collection[str]) -> frozenset[str]:
        return _told_too_much(_settled(_known(counts, unpublished, hidden), sums), allowed, small)

    hidden = set(small)
    while too_much := told(hidden):
        hidden.add(_next_to_hide(too_much, counts, hidden | set(unpublished), sums, keep))
    for name in _most_missed_first(hidden - small, counts, keep):
        if not told(hidden - {name}):
            hidden.remove(name)  # another count, hidden later, serves the same purpose
    published = [name for name in counts if name not in unpublished]
    return {name: Shown(None if name in hidden else rounded(counts[name])) for name in published}


def rounded(count: int) -> int:
    return ROUNDED_TO * ((count + _OFF_BY) // ROUNDED_TO)


def _known(counts: Mapping[str, int], unpublished: Collection[str], hidden: Collection[str]) -> dict[str, Bounds]:
    """Returns what a reader knows of each count alone. A star may stand for any count but zero: all look the same."""

    def known(name: str, count: int) -> Bounds:
        if name in unpublished:
            return 0, _MAX
        if count == 0:
            return 0, 0
        if name in hidden:
            return 1, _MAX
        return max(SMALLEST_SHOWN, rounded(count) - _OFF_BY), rounded(count) + _OFF_BY

    return {name: known(name, count) for name, count in counts.items()}


def _settled(known: Mapping[str, Bounds], sums: Sequence[Sum]) -> dict[str, Bounds]:
    """Narrows the ranges by every sum, repeatedly, until they no longer change."""
    bounds = dict(known)
    changed = True
    while changed:
        changed = False
        for each in sums:
            low = sum(bounds[part][0] for part in each.parts)
            high = sum(bounds[part][1] for part in each.parts)
            narrower = {each.total: (low, min(high, _MAX))}
            total_low, total_high = bounds[each.total]
            for part in each.parts:
                part_low, part_high = bounds[part]
                narrower[part] = (total_low - (high - part_high), total_high - (low - part_low))
            for name, (minimum, maximum) in narrower.items():
                held = bounds[name]
                bounds[name] = (max(held[0], minimum), min(held[1], maximum))
                changed |= bounds[name] != held
    return bounds


def _told_too_much(
    bounds: Mapping[str, Bounds], allowed: Mapping[str, Bounds], small: Collection[str]
) -> frozenset[str]:
    """Returns the small counts that could no longer be any number from 1 to 7, though the stars alone leave it open."""

    def narrowed(name: str) -> bool:
        (low, high), (minimum, maximum) = bounds[name], allowed[name]
        return low > minimum or high < min(maximum, SMALLEST_SHOWN - 1)

    return frozenset(filter(narrowed, small))


def _next_to_hide(
    told: frozenset[str],
    counts: Mapping[str, int],
    taken: Collection[str],
    sums: Sequence[Sum],
    keep: Sequence[str],
) -> str:
    """Returns the least useful count among those that share a sum with an over-disclosed one, directly or indirectly."""
    near = told
    while True:
        near = near.union(*(each.names for each in sums if not near.isdisjoint(each.names)))
        choice = [name for name in near if counts[name] and name not in taken]
        if choice:
            return _most_missed_first(choice, counts, keep)[-1]


def _most_missed_first(names: Collection[str], counts: Mapping[str, int], keep: Sequence[str]) -> list[str]:
    order = {name: index for index, name in enumerate(keep)}
    return sorted(names, key=lambda name: (order.get(name, -1), rounded(counts[name]), name), reverse=True)
