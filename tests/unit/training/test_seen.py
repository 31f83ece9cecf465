"""How often training saw an answer is recorded, and a rare one is marked where the model meets it."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from models.data import dataset, population
from models.data.dataset import Dataset
from models.features import reading
from models.features.vector import build
from models.inference.estimate import Contribution, Estimate
from models.inference.seen import is_few
from models.training import seen
from tests.factories.champion import champion, small_experiment, trained

DAY = date(2026, 11, 2)
ENOUGH: dict[str, Any] = {"age": 16, "what_happened": ["knife_or_sharp_object"], "involvement": ["victim"]}
NAMES = reading.registry().names


@cache
def people() -> Dataset:
    drawn = population.draw(people=4_000, seed=5, first_day=date(2020, 1, 1), last_day=date(2021, 12, 31))
    return dataset.build(drawn, drawn.outcomes.recorded_harm)


def part(name: str, **facts: Any) -> Contribution:
    answer = champion().estimate(build({**ENOUGH, **facts}, as_of=DAY))
    assert isinstance(answer, Estimate)
    return next(contribution for contribution in answer.contributions if contribution.feature == name)


class TestTraining:
    def test_counts_per_answer_who_gave_it_and_who_of_them_was_harmed(self) -> None:
        counted = dict(zip(NAMES, seen.counted(people()), strict=True))
        place = NAMES.index("injury")
        known, values = people().known[:, place], people().rows[:, place]

        assert [answer for answer, _people, _harmed in counted["injury"]] == [0, 1, 2, 3, 4]
        for answer, number, harmed in counted["injury"]:
            of_it = known & (values == answer)
            assert (number, harmed) == (of_it.sum(), people().label[of_it].sum())
        # Not known is no answer, also where it counts as one.
        assert sum(number for _answer, number, _harmed in counted["age_years"]) == people().known[:, 0].sum()
        assert people().known[:, 0].sum() < len(people())

    def test_records_a_bounded_number_of_answers(self) -> None:
        for feature in trained().manifest.features:
            maximum = 2 if feature["kind"] == "recency" else feature["high"] - feature["low"] + 1
            assert 1 <= len(feature["seen"]) <= maximum

    def test_asks_for_as_many_as_show_a_doubling_of_the_odds_and_fill_a_leaf(self) -> None:
        experiment = small_experiment()
        usual = replace(people(), label=np.arange(len(people())) % 25 == 0)
        frequent = replace(people(), label=np.arange(len(people())) % 2 == 0)

        assert seen.minimum(experiment, usual) == 408  # 16.3 events at 4 %
        assert seen.minimum(experiment, frequent) == 240  # 120 to a leaf, of half the people

    def test_says_in_words_what_was_rare(self) -> None:
        said = seen.few_in_words(trained().manifest)

        assert said.startswith(f"Seen in fewer than {trained().manifest.minimum_seen} referrals: age_years 10 to ")
        assert "firearm_or_corrosive yes" in said
        assert "knife_or_sharp_object" not in said
        assert "exploitation_signs 0" not in said  # nobody can give that answer


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("kind", "answers", "few", "enough"),
        [
            ("flag", [[0, 900, 40], [1, 99, 4]], [1.0], [0.0]),
            ("level", [[0, 900, 40], [2, 100, 4]], [1.0, 3.0], [0.0, 2.0]),
            ("years", [[10, 5, 0], [14, 500, 9], [18, 400, 9]], [10.0, 16.0, 25.0], [14.0, 18.0]),
            # 60 had 3 and 50 had 5: 110 had 3 or more, and 4 lies within.
            ("count", [[0, 900, 40], [3, 60, 4], [5, 50, 4]], [4.0, 5.0, 6.0, 100.0], [0.0, 1.0, 2.0, 3.0]),
            ("count", [[0, 20, 40], [3, 20, 4]], [0.0, 1.0, 3.0], []),
            ("recency", [[0, 900, 40], [1, 99, 4]], [0.001, 1.0], [0.0]),
            ("recency", [[0, 900, 40], [1, 100, 4]], [], [0.0, 0.001, 1.0]),
        ],
    )
    def test_is_rare_below_the_minimum(
        self, kind: str, answers: list[list[float]], few: list[float], enough: list[float]
    ) -> None:
        rare = is_few({"kind": kind, "seen": answers}, minimum=100)

        assert all(rare(number) for number in few)
        assert not any(rare(number) for number in enough)


class TestAContribution:
    def test_of_a_firearm_or_acid_is_marked_and_moves_nothing(self) -> None:
        for code in ("firearm", "corrosive_substance"):
            marked = part("firearm_or_corrosive", what_happened=[code])
            assert (marked.value, marked.few_seen, marked.log_odds) == (True, True, 0.0)

    def test_of_a_frequent_answer_is_not_marked(self) -> None:
        assert not part("knife_or_sharp_object").few_seen
        assert not part("firearm_or_corrosive").few_seen  # "no" is an answer too

    def test_of_what_is_not_known_is_not_marked(self) -> None:
        assert not part("injury", injury=None).few_seen
        assert not part("weapon_found_recency").few_seen

    @pytest.mark.parametrize(
        ("name", "fact", "said"),
        [
            ("age_years", "age", 25),
            ("age_years", "age", 10),
            ("violence_attendances_12m", "violence_attendances_12m", 50),
            ("missing_episodes_12m", "missing_episodes_12m", 100),
            ("injury", "injury", "life_threatening"),
        ],
    )
    def test_of_a_number_or_a_code_beyond_what_was_seen_is_marked(self, name: str, fact: str, said: Any) -> None:
        assert part(name, **{fact: said}).few_seen
