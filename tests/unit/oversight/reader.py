"""A reader who keeps every report and solves for what they say together, exactly."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import lil_array

from services.oversight import running
from services.oversight.disclosure import SMALLEST_SHOWN, Shown, Sum

ENOUGH = 8
"""A change of as many people is no secret, nor is none at all."""
_MAX = 1e6

Terms = Mapping[int, int]
Printed = Mapping[str, Shown]


class Reader:
    """What is known of whole numbers that are not known: the least and most of each, and of sums of them."""

    def __init__(self) -> None:
        self._low: list[float] = []
        self._high: list[float] = []
        self._known: list[tuple[Terms, float, float]] = []

    def number(self, low: float = 0, high: float = _MAX) -> int:
        self._low.append(low)
        self._high.append(high)
        return len(self._low) - 1

    def knows(self, terms: Terms, low: float, high: float) -> None:
        self._known.append((terms, low, high))

    def minimum(self, terms: Terms) -> int:
        return self._solve(terms, 1)

    def maximum(self, terms: Terms) -> int:
        return -self._solve(terms, -1)

    def can_be(self, terms: Terms, low: float, high: float = _MAX) -> bool:
        return bool(self._milp({}, 1, [*self._known, (terms, low, high)]).success)

    def pins_change(self, before: int, after: int) -> bool:
        """Whether it is certain that one to seven came, or that one to seven left."""
        change = {before: -1, after: 1}
        return not (self.can_be(change, 0, 0) or self.can_be(change, ENOUGH) or self.can_be(change, -_MAX, -ENOUGH))

    def _solve(self, terms: Terms, sign: int) -> int:
        found = self._milp(terms, sign, self._known)
        assert found.success, found.message
        return round(float(found.fun))

    def _milp(self, terms: Terms, sign: int, known: Sequence[tuple[Terms, float, float]]) -> OptimizeResult:
        size = len(self._low)
        rows = lil_array((len(known), size))
        for row, (each, _, _) in enumerate(known):
            for column, factor in each.items():
                rows[row, column] = factor
        sought = np.zeros(size)
        for column, factor in terms.items():
            sought[column] = sign * factor
        return milp(
            sought,
            constraints=LinearConstraint(rows.tocsr(), [low for _, low, _ in known], [high for _, _, high in known]),
            bounds=Bounds(self._low, self._high),
            integrality=np.ones(size, dtype=np.int64),
        )


def disclosed_look(reader: Reader, shown: Printed, sums: Sequence[Sum]) -> dict[str, int]:
    """One look at everything that `report.disclosed` gives: the unknown true count of each name."""
    names = sorted({*shown, *(name for each in sums for name in each.names)})
    counts = {name: reader.number(*_bounds(shown.get(name))) for name in names}
    for each in sums:
        reader.knows({counts[each.total]: -1, **{counts[part]: 1 for part in each.parts}}, 0, 0)
    return counts


def _bounds(shown: Shown | None) -> tuple[float, float]:
    if shown is None:
        return 0, _MAX
    if shown.value is None:
        return 1, _MAX
    return (0, 0) if shown.value == 0 else (max(SMALLEST_SHOWN, shown.value - 2), shown.value + 2)


def running_looks(reader: Reader, looks: Sequence[Printed]) -> list[dict[str, int]]:
    """Every look at one running quarter, from its first: the unknown true counts at each, by place, and of all.

    The reader knows the rule by heart: what changed was counted on that day, what did not is within seven of when it
    was last counted, the quarter began with nothing, and what was received stays received.
    """
    counts: list[dict[str, int]] = [{} for _ in looks]
    for name in running.PLACES:
        published, before = reader.number(0, 0), Shown(None)
        for look, printed in zip(counts, looks, strict=True):
            now = printed[name]
            if now != before:
                newly = reader.number(*running.band(now))
                up = (now.value or 0) > (before.value or 0)
                reader.knows({newly: 1, published: -1} if up else {newly: -1, published: 1}, ENOUGH, _MAX)
                look[name] = published = newly
            else:
                look[name] = reader.number()
                reader.knows({look[name]: 1, published: -1}, 1 - ENOUGH, ENOUGH - 1)
            before = now
    for look, printed in zip(counts, looks, strict=True):
        look[running.RECEIVED] = _total(reader, look, printed)
    for earlier, later in pairwise(counts):
        reader.knows({later[running.RECEIVED]: 1, earlier[running.RECEIVED]: -1}, 0, _MAX)
    return counts


def _total(reader: Reader, look: Mapping[str, int], printed: Printed) -> int:
    """The total was counted within seven of what is printed, or was moved there to protect the others."""
    low, high = running.band(printed[running.RECEIVED])
    bands = [running.band(printed[name]) for name in running.PLACES]
    widest = max(maximum - minimum for minimum, maximum in bands)
    if high - 10 < sum(minimum for minimum, _ in bands) + widest:
        low = 0  # a lower one would have been moved up to this
    if low + 10 > sum(maximum for _, maximum in bands) - widest:
        high = int(_MAX)
    total = reader.number(max(0, low - 7), high + 7)
    reader.knows({total: -1, **{look[name]: 1 for name in running.PLACES}}, 0, 0)
    return total
