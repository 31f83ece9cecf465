"""Data that breaks a promise is refused before anything is computed from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from models.data import dataset, population, validation
from models.data.dataset import Dataset
from models.data.validation import DataRefused
from models.features import reading

SHARE = (0.03, 0.06)


@cache
def good() -> Dataset:
    people = population.draw(people=8_000, seed=4, first_day=date(2020, 1, 1), last_day=date(2023, 12, 31))
    return dataset.build(people, people.outcomes.recorded_harm)


def with_column(name: str, values: Callable[[Dataset], object]) -> Callable[[Dataset], Dataset]:
    def change(data: Dataset) -> Dataset:
        rows = data.rows.copy()
        rows[:, reading.registry().names.index(name)] = values(data)
        return replace(data, rows=rows)

    return change


class TestTrainingData:
    def test_as_it_is_drawn_is_accepted(self) -> None:
        validation.check(good(), label_share=SHARE)

    @pytest.mark.parametrize(
        ("finding", "breaks"),
        [
            ("injury: values outside", with_column("injury", lambda data: np.full(len(data), 5.0))),
            ("injury: values outside", with_column("injury", lambda data: np.full(len(data), np.inf))),
            ("injury: always the same", with_column("injury", lambda data: np.full(len(data), 1.0))),
            ("injury: values outside", with_column("injury", lambda data: np.full(len(data), np.nan))),
            ("injury: known for fewer", lambda data: replace(data, known=np.zeros_like(data.known))),
            ("injury: 'not known' is not 0.5", with_column("injury", lambda data: data.rows[:, 1])),
            ("threat: tells the label", with_column("threat", lambda data: data.label.astype(float))),
            ("label share", lambda data: replace(data, label=np.ones(len(data), dtype=np.bool_))),
            ("only 0 harmed", lambda data: replace(data, label=np.zeros(len(data), dtype=np.bool_))),
            ("order of their dates", lambda data: replace(data, received_on=data.received_on[::-1])),
            ("different lengths", lambda data: replace(data, chance=data.chance[1:])),
            ("rows are", lambda data: replace(data, rows=data.rows[:, 1:])),
        ],
    )
    def test_that_breaks_a_promise_is_refused(self, finding: str, breaks: Callable[[Dataset], Dataset]) -> None:
        with pytest.raises(DataRefused, match=finding):
            validation.check(breaks(good()), label_share=SHARE)

    @pytest.mark.parametrize("fact", ["exploitation_signs", "strengths"])
    def test_knows_no_answer_where_nothing_was_selected(self, fact: str) -> None:
        """As intake leaves such a list out: training and serving read it alike."""
        people = population.draw(people=500, seed=3, first_day=date(2020, 1, 1), last_day=date(2021, 12, 31))
        data = dataset.build(people, people.outcomes.recorded_harm)

        said = [bool(facts[fact]) for facts in people.facts]
        assert [] in [facts[fact] for facts in people.facts]
        assert data.known[:, data.registry.names.index(fact)].tolist() == said

    def test_has_another_digest_when_one_number_label_or_day_is_another(self) -> None:
        data = good()
        rows, label, days = data.rows.copy(), data.label.copy(), data.received_on.copy()
        rows[17, 3], label[17], days[17] = 0.5, not label[17], days[17] + np.timedelta64(1, "D")
        others = [replace(data, rows=rows), replace(data, label=label), replace(data, received_on=days)]

        assert len({data.digest, *(other.digest for other in others)}) == 4
        assert data.digest == replace(data, rows=data.rows.copy()).digest

    def test_between_two_days_holds_both(self) -> None:
        some = good().between(date(2021, 3, 1), date(2021, 3, 31))

        assert 0 < len(some) < len(good())
        assert some.received_on.min() == np.datetime64("2021-03-01")
        assert some.received_on.max() == np.datetime64("2021-03-31")
