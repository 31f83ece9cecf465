"""Not knowing an answer is neither better than the best nor worse than the worst, for every feature and every row."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import lightgbm
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.data import dataset, population
from models.data.chance import Numbers
from models.data.dataset import Dataset
from models.evaluation import unknown_answers
from models.evaluation.unknown_answers import UnknownOutOfOrder
from models.features import reading
from models.features.specification import Fact, FactKind, Missing
from models.training import champion as training
from models.training import pipeline
from models.training.baselines import Logistic, PointsIndex
from services.contracts.codes import Source
from services.scoring.champion.loaded import LoadedChampion
from services.scoring.estimate import Estimate
from services.scoring.referral import Earlier
from tests.factories.champion import champion, small_experiment, trained

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LAST_BITS = 1e-9
REGISTRY = reading.registry()


@cache
def people() -> Dataset:
    drawn = population.draw(people=8_000, seed=12, first_day=date(2020, 1, 1), last_day=date(2021, 12, 31))
    return dataset.build(drawn, drawn.outcomes.recorded_harm)


def by_the_booster(rows: Numbers) -> Numbers:
    return training.log_odds(lightgbm.Booster(model_str=trained().booster.decode("ascii")), rows)


class TestTheModelsThatTrainingMakes:
    def test_keep_the_order(self) -> None:
        experiment = small_experiment()
        models = {
            "champion": by_the_booster,
            "logistic regression": Logistic(people(), penalty=experiment.penalty).log_odds,
            "points index": PointsIndex(REGISTRY, experiment.points).log_odds,
        }

        for name, log_odds in models.items():
            unknown_answers.check(name, log_odds, REGISTRY, people().rows)

    def test_that_break_it_are_refused_before_anything_is_registered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = training.parameters
        free = [0] * len(REGISTRY.features)
        monkeypatch.setattr(training, "parameters", lambda *of: {**chosen(*of), "monotone_constraints": free})

        with pytest.raises(UnknownOutOfOrder, match="champion"):
            pipeline.fit(small_experiment())


class TestTheCheck:
    def test_refuses_a_model_that_is_given_not_known_as_a_missing_value(self) -> None:
        """As it was: monotone all the same, and trees that send what is missing wherever it fits best."""

        def recoded(rows: Numbers) -> Numbers:
            unknown = np.array([f.unknown_as if f.missing is Missing.UNKNOWN else -1 for f in REGISTRY.features])
            return np.where(rows == unknown, np.nan, rows)

        data = people()
        missing = replace(data, rows=np.where(data.known, data.rows, recoded(data.rows)))
        booster = training.fit(small_experiment(), missing, num_leaves=4, rounds=150)

        with pytest.raises(UnknownOutOfOrder) as refused:
            unknown_answers.check("old", lambda rows: training.log_odds(booster, recoded(rows)), REGISTRY, data.rows)

        assert len(refused.value.findings) >= 3

    @pytest.mark.parametrize("beyond", [-0.01, 4.01])
    def test_says_which_feature_in_how_many_rows(self, beyond: float) -> None:
        place, injury = REGISTRY.names.index("injury"), REGISTRY.by_name["injury"]

        def log_odds(rows: Numbers) -> Numbers:
            answers = rows[:, place]
            return np.where(answers == injury.unknown_as, beyond, answers)

        with pytest.raises(UnknownOutOfOrder, match=r"injury \(300 of 300\)") as refused:
            unknown_answers.check("bent", log_odds, REGISTRY, people().rows)
        assert set(refused.value.findings) == {"injury"}

    def test_asks_every_age_where_no_direction_says_which_is_best(self) -> None:
        place = REGISTRY.names.index("age_years")

        def highest_at_sixteen(rows: Numbers) -> Numbers:
            return -np.abs(rows[:, place] - 16)

        unknown_answers.check("peaked", highest_at_sixteen, REGISTRY, people().rows)


def answers_of(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.kind is FactKind.CODES:
        return st.lists(st.sampled_from(fact.codes), unique=True, min_size=1)
    if fact.kind is FactKind.CODE:
        return st.sampled_from([code for code in fact.codes if code not in fact.unknown_codes])
    if fact.kind is FactKind.COUNT:
        return st.integers(fact.low, fact.high)
    if fact.kind is FactKind.DATE:
        return st.dates(date(2024, 11, 3), NOW.date()).map(date.isoformat)
    return st.booleans()


@st.composite
def coded(draw: st.DrawFn) -> dict[str, Any]:
    return {
        name: draw(answers_of(fact))
        for name, fact in REGISTRY.facts.items()
        if draw(st.integers(0, 3)) or name == "age"
    }


def best_and_worst(fact: Fact) -> list[Any]:
    """Answers between whose estimates every other one's lies."""
    if fact.kind is FactKind.CODES:
        # Nothing of what the model counts, and all of it. Where only what it counts can be selected, nothing is not known.
        return [["other"] if "other" in fact.codes else ["at_risk"] if "at_risk" in fact.codes else [], [*fact.codes]]
    if fact.kind is FactKind.CODE:
        return [*next(feature.levels for feature in REGISTRY.features if feature.fact == fact.name)]
    if fact.kind is FactKind.COUNT:
        return [*range(fact.low, fact.high + 1)] if fact.name == "age" else [fact.low, fact.high]
    if fact.kind is FactKind.DATE:
        return ["2024-11-03", NOW.date().isoformat()]
    return [False, True]


def log_odds_of(facts: dict[str, Any], earlier: list[Earlier]) -> float | None:
    """As scoring answers a referral; None when it gives no estimate."""
    answer = LoadedChampion("1-test", champion(), None).score(facts, stated_at=NOW, earlier=earlier)
    if not isinstance(answer, Estimate):
        return None
    return float(np.log(answer.probability / (1 - answer.probability)))


class TestScoring:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(facts=coded(), before=st.none() | coded(), fact=st.sampled_from(sorted(REGISTRY.facts)))
    def test_answers_between_best_and_worst_when_a_fact_is_not_known(
        self, facts: dict[str, Any], before: dict[str, Any] | None, fact: str
    ) -> None:
        # What an earlier referral said of it would stand: it must not know it either.
        earlier = [
            Earlier(
                id=UUID(int=1),
                source=Source.SCHOOL,
                received_at=datetime(2026, 9, 1, tzinfo=UTC),
                facts={name: said for name, said in (before or {}).items() if name != fact},
            )
        ][: before is not None]
        unknown = log_odds_of({**facts, fact: None}, earlier)
        assume(unknown is not None)
        known = [log_odds_of({**facts, fact: said}, earlier) for said in best_and_worst(REGISTRY.facts[fact])]
        found = [number for number in known if number is not None]

        assert unknown is not None
        assert min(found) - LAST_BITS <= unknown <= max(found) + LAST_BITS
