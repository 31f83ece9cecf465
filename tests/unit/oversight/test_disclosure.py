"""No hidden count can be worked out from what is shown: attacked with an exact solver over everything shown at once."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from services.oversight import disclosure
from services.oversight.disclosure import SMALLEST_SHOWN, Shown, Sum, disclose, rounded

PARTS = ("a", "b", "c")
WHOLE = [Sum("all", PARTS)]


def attack(shown: Mapping[str, Shown], sums: Sequence[Sum], target: str) -> tuple[int, int]:
    """The least and the most that a hidden count can be, for a reader who knows the rounding and every sum."""
    names = sorted({*shown, *(name for each in sums for name in each.names)})
    place = {name: number for number, name in enumerate(names)}
    known = [_known(shown.get(name)) for name in names]
    rows = np.zeros((len(sums), len(names)))
    for row, each in zip(rows, sums, strict=True):
        row[place[each.total]] -= 1
        for part in each.parts:
            row[place[part]] += 1
    sought = np.zeros(len(names))
    sought[place[target]] = 1
    sum_up = LinearConstraint(rows, 0, 0)
    known_of_each = Bounds([low for low, _ in known], [high for _, high in known])
    whole = np.ones(len(names), dtype=np.int64)
    minimum = milp(sought, constraints=sum_up, bounds=known_of_each, integrality=whole)
    maximum = milp(-sought, constraints=sum_up, bounds=known_of_each, integrality=whole)
    assert minimum.success
    assert maximum.success
    return round(float(minimum.fun or 0)), round(-float(maximum.fun or 0))


def _known(shown: Shown | None) -> tuple[float, float]:
    if shown is None:
        return 0, 1e6
    if shown.value is None:
        return 1, 1e6
    return (0, 0) if shown.value == 0 else (max(SMALLEST_SHOWN, shown.value - 2), shown.value + 2)


def of(*values: int) -> dict[str, int]:
    """Counts of the parts, and their total."""
    return {**dict(zip(PARTS, values, strict=True)), "all": sum(values)}


def small(counts: Mapping[str, int]) -> list[str]:
    return [name for name, count in counts.items() if 0 < count < SMALLEST_SHOWN]


class TestACount:
    @pytest.mark.parametrize("count", range(1, 8))
    def test_of_one_to_seven_is_hidden(self, count: int) -> None:
        assert str(disclose({"a": count})["a"]) == "*"

    @pytest.mark.parametrize(("count", "text"), [(0, "0"), (8, "10"), (12, "10"), (13, "15"), (1002, "1000")])
    def test_of_any_other_number_is_rounded_to_the_nearest_five(self, count: int, text: str) -> None:
        assert str(disclose({"a": count})["a"]) == text

    @given(st.integers(0, 10**6))
    def test_is_rounded_by_two_at_most(self, count: int) -> None:
        assert rounded(count) % 5 == 0
        assert abs(rounded(count) - count) <= 2


class TestATotal:
    def test_is_shown_where_it_gives_nothing_away(self) -> None:
        shown = disclose(of(20, 31, 4), WHOLE, keep=["all"])

        assert {name: str(count) for name, count in shown.items()} == {"a": "20", "b": "30", "c": "*", "all": "55"}

    def test_never_lets_a_hidden_part_be_subtracted(self) -> None:
        shown = disclose(of(9, 0, 1), WHOLE, keep=["all"])

        assert [name for name, count in shown.items() if count.hidden] == ["a", "c"]

    @settings(max_examples=60)
    @given(st.tuples(*[st.integers(0, 40)] * 3))
    def test_leaves_every_small_part_free_to_be_one_to_seven(self, values: tuple[int, int, int]) -> None:
        counts = of(*values)

        shown = disclose(counts, WHOLE, keep=["all"])

        for name in small(counts):
            stars_alone = {each: Shown(None if counts[each] else 0) for each in counts}
            minimum, maximum = attack(stars_alone, WHOLE, name)
            assert attack(shown, WHOLE, name)[0] <= minimum
            assert attack(shown, WHOLE, name)[1] >= min(maximum, 7)

    def test_withstands_a_reader_who_knows_the_rule_by_heart(self) -> None:
        """Every table is disclosed; a reader keeps those that look like the one shown. Several numbers stay possible."""
        top, margin = 26, 12
        looks_alike: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
        for values in product(range(top + 1), repeat=3):
            shown = disclose(of(*values), WHOLE, keep=["all"])
            looks_alike.setdefault(tuple(map(str, shown.values())), []).append(values)

        for seen, tables in looks_alike.items():
            if max(map(max, tables)) > margin:
                continue  # tables beyond the largest tried would look the same
            for place in range(3):
                if seen[place] == "*":
                    assert len({table[place] for table in tables}) >= 4

    def test_shows_the_attack_biting_when_only_small_counts_are_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(disclosure, "_told_too_much", lambda *_: frozenset())

        naive = disclose(of(9, 0, 1), WHOLE)

        assert attack(naive, WHOLE, "c")[1] < 7


class TestAGridOfCounts:
    """Rows and columns both have totals: a hidden count is attacked from two sides."""

    rows, columns = ("p", "q", "r"), ("x", "y")

    def sums(self) -> list[Sum]:
        cells = [Sum(row, [row + column for column in self.columns]) for row in self.rows]
        cells += [Sum(column, [row + column for row in self.rows]) for column in self.columns]
        return [*cells, Sum("all", self.rows), Sum("all", self.columns)]

    @settings(max_examples=40)
    @given(st.lists(st.integers(0, 25), min_size=6, max_size=6))
    def test_pins_no_small_count_down(self, values: list[int]) -> None:
        cells = [row + column for row in self.rows for column in self.columns]
        counts = dict(zip(cells, values, strict=True))
        for name in (*self.rows, *self.columns):
            counts[name] = sum(count for cell, count in zip(cells, values, strict=True) if name in cell)
        counts["all"] = sum(values)

        shown = disclose(counts, self.sums(), keep=[*self.rows, *self.columns, "all"])

        for name in small(counts):
            minimum, maximum = attack(shown, self.sums(), name)
            assert maximum - minimum >= 1
