"""Somebody keeps every look at the figures and subtracts: no count or change of one to seven people comes out.

The reader of `reader.py` knows the rules by heart, has every look of a quarter and its final report with all areas, and
solves for all of it together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codes import Pathway, SupportLevel
from services.oversight import running
from services.oversight.disclosure import Shown
from services.oversight.report import disclosed, sums
from services.oversight.running import MIN_CHANGE, PLACES, RECEIVED
from services.oversight.timelines import Decision, ReferralTimeline, ReviewState
from tests.unit.oversight.reader import Printed, Reader, disclosed_look, running_looks
from tests.unit.oversight.test_report import AREAS, a_timeline, timelines

SUMS = sums(AREAS)
WEEKS = 13
SEEDS = (1, 3)

Counts = Mapping[str, int]


def decided(timeline: ReferralTimeline, pathway: Pathway) -> ReferralTimeline:
    decision = Decision(
        pathway=pathway, level=SupportLevel.LIGHT, own_level=SupportLevel.LIGHT, agrees=None, model_version=None
    )
    return replace(timeline, decision=decision, review_state=ReviewState.DECIDED, decided_version=9)


def a_quarter(seed: int, *, weekly: int) -> list[list[ReferralTimeline]]:
    """What is held each Monday: some more referrals each week, and of those that there are some move on."""
    chance = Random(seed)  # noqa: S311 (invented people, no secret)
    mondays: list[list[ReferralTimeline]] = [[]]
    for _ in range(WEEKS):
        moved = [a_timeline(chance, area=each.area) if chance.random() < 0.2 else each for each in mondays[-1]]
        mondays.append([*moved, *(a_timeline(chance) for _ in range(chance.randint(0, 2 * weekly)))])
    return mondays[1:]


def counted(held: Sequence[ReferralTimeline]) -> Counts:
    return running.count((each.review_state, each.decision.pathway if each.decision else None, 1) for each in held)


def printed(truth: Sequence[Counts]) -> list[Printed]:
    """What is printed each Monday of these true counts."""
    looks: list[Printed] = []
    published: Counts = {}
    for counts in truth:
        published = running.held(counts, published)
        looks.append(running.shown(published))
    return looks


@cache
def attacked(seed: int) -> tuple[Reader, list[dict[str, int]], dict[str, int], list[Printed]]:
    """A reader of a whole quarter, the unknown counts of each look and of the final report, and the looks."""
    mondays = a_quarter(seed, weekly=3 + 3 * seed)
    looks = printed([counted(monday) for monday in mondays])
    reader = Reader()
    counts = running_looks(reader, looks)
    final = disclosed_look(reader, disclosed(mondays[-1], AREAS), SUMS)
    reader.knows({final[f"/{RECEIVED}"]: 1, counts[-1][RECEIVED]: -1}, 0, 10**6)
    return reader, counts, {name: final[f"/{name}"] for name in (*PLACES, RECEIVED)}, looks


class TestTwoSuccessiveLooks:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_pin_no_change_of_one_to_seven_down(self, seed: int) -> None:
        reader, counts, _, _ = attacked(seed)

        for before, after in pairwise(counts):
            assert [name for name in counts[0] if reader.pins_change(before[name], after[name])] == []

    def test_gave_a_pathway_away_when_the_page_was_live(self) -> None:
        """The page as it was until ADR 0029: one decision between two looks, and the solver names area and pathway."""
        first = timelines(25, seed=8)
        one = next(timeline for timeline in first if timeline.decision is None)
        second = [decided(timeline, Pathway.SAFEGUARDING) if timeline is one else timeline for timeline in first]
        reader = Reader()
        before, after = (disclosed_look(reader, disclosed(each, AREAS), SUMS) for each in (first, second))

        pinned = [name for name in before if reader.pins_change(before[name], after[name])]

        assert f"{one.area}/{Pathway.SAFEGUARDING}" in pinned

    def test_show_nothing_of_that_decision_now(self) -> None:
        first = timelines(25, seed=8)
        one = next(timeline for timeline in first if timeline.decision is None)
        second = [decided(timeline, Pathway.SAFEGUARDING) if timeline is one else timeline for timeline in first]

        before, after = printed([counted(first), counted(second)])

        assert before == after


class TestAChainOfWeeklyLooks:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_every_count_at_every_look_eight_numbers(self, seed: int) -> None:
        """From which the rest follows: eight numbers hold a change of nothing, or of eight."""
        reader, counts, _, looks = attacked(seed)

        for look, shown in list(zip(counts, looks, strict=True))[:: WEEKS // 4]:
            for name in PLACES:
                low, high = running.band(shown[name])
                assert high - low >= MIN_CHANGE - 1
                assert (reader.minimum({look[name]: 1}) <= low, reader.maximum({look[name]: 1}) >= high) == (True, True)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_pins_no_change_down_between_any_two_of_them(self, seed: int) -> None:
        reader, counts, _, _ = attacked(seed)
        chance = Random(seed)  # noqa: S311 (no secret)

        for _ in range(30):
            first, last = sorted(chance.sample(range(WEEKS), 2))
            name = chance.choice([*PLACES, RECEIVED])
            assert not reader.pins_change(counts[first][name], counts[last][name])


class TestTheFinalReportBesideTheLooks:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_pins_no_change_since_a_look_down(self, seed: int) -> None:
        """All areas, all tables and the total, of which areas can be taken away."""
        reader, counts, final, _ = attacked(seed)

        for look in counts[-3:]:
            assert [name for name in look if reader.pins_change(look[name], final[name])] == []

    @pytest.mark.parametrize("seed", SEEDS)
    def test_pins_none_down_though_the_reader_came_to_know_the_end_exactly(self, seed: int) -> None:
        mondays = a_quarter(seed, weekly=6)
        truth = [counted(monday) for monday in mondays]
        reader = Reader()
        look = running_looks(reader, printed(truth))[-2]

        for name in PLACES:
            known = reader.number(truth[-1][name], truth[-1][name])
            assert not reader.pins_change(look[name], known)


class TestACountOfTheRunningQuarter:
    @pytest.mark.parametrize(
        ("published", "now", "then"), [(0, 7, 0), (0, 8, 8), (20, 27, 20), (20, 13, 20), (20, 12, 12), (20, 28, 28)]
    )
    def test_keeps_its_published_value_until_it_has_changed_by_eight(self, published: int, now: int, then: int) -> None:
        assert running.held({"waiting": now}, {"waiting": published}) == {"waiting": then}

    def test_that_changed_by_seven_and_back_looks_like_one_that_never_changed(self) -> None:
        still, moving = [12, 12, 12], [12, 19, 12]

        looks = [printed([_only(each) for each in weeks]) for weeks in (still, moving)]

        assert looks[0] == looks[1]

    @pytest.mark.parametrize(("count", "text"), [(0, "*"), (7, "*"), (8, "10"), (15, "10"), (16, "20"), (25, "20")])
    def test_is_hidden_below_eight_and_rounded_to_ten(self, count: int, text: str) -> None:
        assert str(running.shown(_only(count))["waiting"]) == text

    @given(st.integers(0, 10_000))
    def test_stands_for_eight_numbers_that_hold_it(self, count: int) -> None:
        low, high = running.band(running.shown(_only(count))["waiting"])

        assert low <= count <= high
        assert high - low >= MIN_CHANGE - 1

    @given(st.lists(st.integers(0, 40), min_size=len(PLACES), max_size=len(PLACES)), st.integers(0, 400))
    def test_is_not_narrowed_by_the_total(self, counts: list[int], received: int) -> None:
        """Whatever the total is held at: any value of one count and some values of the others sum up to it."""
        shown = running.shown({**dict(zip(PLACES, counts, strict=True)), RECEIVED: received})

        bands = [running.band(shown[name]) for name in PLACES]
        minimum, maximum = running.band(shown[RECEIVED])
        for place, (low, high) in enumerate(bands):
            others = [each for number, each in enumerate(bands) if number != place]
            assert high + sum(each[0] for each in others) <= maximum
            assert low + sum(each[1] for each in others) >= minimum

    @settings(deadline=None)
    @given(st.integers(0, 10**6))
    def test_stands_in_one_place_only(self, seed: int) -> None:
        held = timelines(40, seed=seed)
        counts = counted(held)

        assert sum(counts[name] for name in PLACES) == counts[RECEIVED] == 40
        for step in running.AT_REVIEW:
            assert counts[step] == sum(each.step is step for each in held)


def _only(waiting: int) -> dict[str, int]:
    return {**dict.fromkeys(PLACES, 0), "waiting": waiting, RECEIVED: waiting}


def test_a_shown_count_of_nothing_does_not_exist_here() -> None:
    """A 0 would tell, by becoming a star, that the first person came."""
    assert set(running.shown(_only(0)).values()) == {Shown(None)}
