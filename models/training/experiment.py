"""What a training run is to do, read from a TOML file and checked before anything is computed."""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from models.features import reading

# An arrest measures policing at least as much as behaviour: never a label.
OUTCOMES = ("recorded_harm",)
COHORTS = ("synthetic",)
DAYS_PER_MONTH = 365 / 12
# With fewer events than this, oversight compares no two groups either.
MIN_EVENTS = 10

Window = tuple[float, float]


class ExperimentRefused(ValueError):
    """The experiment breaks a rule; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Label:
    outcome: str
    harm_event: str
    definition: str
    horizon_months: int
    share: Window


@dataclass(frozen=True, kw_only=True)
class Cohort:
    data: str
    people: int
    first_day: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Splits:
    tune_from: date
    train_until: date
    calibrate_until: date
    test_from: date


@dataclass(frozen=True, kw_only=True)
class Champion:
    learning_rate: float
    min_child_samples: int
    subsample: float
    colsample_bytree: float
    reg_lambda: float
    num_leaves: tuple[int, ...]
    rounds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How many young people with an answer should be harmed, at the usual rate, for it to count as seen."""

    expected_events: float


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Where a band begins, in multiples of the base rate; and the shares it may hold."""

    raised_from: float
    high_from: float
    raised_share: Window
    high_share: Window


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    capacities: tuple[float, ...]
    bootstrap: int
    best_observable_auc: Window


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points of the transparent index for a value of at least `minimum`."""

    feature: str
    minimum: float
    points: int


@dataclass(frozen=True, kw_only=True)
class Experiment:
    name: str
    seed: int
    label: Label
    cohort: Cohort
    splits: Splits
    champion: Champion
    seen: Seen
    penalty: float
    bands: Bands
    evaluation: Evaluation
    points: tuple[Points, ...]
    digest: str


def default() -> Experiment:
    return read(resources.files("models.experiments").joinpath("default.toml").read_bytes())


def from_file(path: Path) -> Experiment:
    return read(path.read_bytes())


def read(text: bytes) -> Experiment:
    """The experiment of a TOML file. Raises ExperimentRefused."""
    try:
        document = tomllib.loads(text.decode("utf-8"))
        experiment = _experiment(document, hashlib.sha256(text).hexdigest())
        _check(experiment)
    except ExperimentRefused:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ExperimentRefused(f"not readable: {error}") from error
    return experiment


def _experiment(document: dict[str, Any], digest: str) -> Experiment:
    penalty = document.pop("logistic")
    return Experiment(
        label=Label(**_lists(document.pop("label"))),
        cohort=Cohort(**document.pop("cohort")),
        splits=Splits(**document.pop("splits")),
        champion=Champion(**_lists(document.pop("champion"))),
        seen=Seen(**document.pop("seen")),
        penalty=float(penalty["strength_of_penalty"]),
        bands=Bands(**_lists(document.pop("bands"))),
        evaluation=Evaluation(**_lists(document.pop("evaluation"))),
        points=tuple(
            Points(feature=row["feature"], minimum=row["from"], points=row["points"]) for row in document.pop("points")
        ),
        digest=digest,
        **document,
    )


def _lists(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _check(this: Experiment) -> None:
    _must(this.label.outcome in OUTCOMES, f"label.outcome must be one of {OUTCOMES}: an arrest measures policing")
    _must(this.label.horizon_months > 0, "label.horizon_months must be above 0")
    _must(bool(this.label.harm_event and this.label.definition), "the label needs a definition and words")
    _must(this.cohort.data in COHORTS, f"cohort.data must be one of {COHORTS}")
    _check_dates(this.cohort, this.splits, this.label)
    _check_champion(this.champion)
    _must(this.seen.expected_events >= MIN_EVENTS, f"seen.expected_events must be at least {MIN_EVENTS}")
    _must(this.penalty > 0, "logistic.strength_of_penalty must be above 0")
    _must(1.0 < this.bands.raised_from < this.bands.high_from, "bands must rise above the usual chance")
    for low, high in (
        this.label.share,
        this.bands.raised_share,
        this.bands.high_share,
        this.evaluation.best_observable_auc,
    ):
        _must(0 < low < high < 1, f"{low}..{high} is no window of shares")
    _must(all(0 < share < 1 for share in this.evaluation.capacities), "capacities are shares")
    _must(this.evaluation.bootstrap >= 100, "evaluation.bootstrap must be at least 100")
    names = reading.registry().by_name
    _must(all(row.feature in names for row in this.points), "points name a feature that the registry does not have")
    _must(any(row.points > 0 for row in this.points), "the points index has no points")


def _check_dates(cohort: Cohort, splits: Splits, label: Label) -> None:
    in_order = (
        cohort.first_day,
        splits.tune_from,
        splits.train_until,
        splits.calibrate_until,
        splits.test_from,
        cohort.last_day,
    )
    _must(all(before < after for before, after in itertools.pairwise(in_order)), "dates out of order")
    follow_up = timedelta(days=int(label.horizon_months * DAYS_PER_MONTH))
    _must(
        splits.calibrate_until + follow_up <= splits.test_from,
        "the test must start after the last calibration outcome was known",
    )


def _check_champion(champion: Champion) -> None:
    _must(0 < champion.learning_rate <= 0.2, "champion.learning_rate outside 0..0.2")
    _must(all(2 <= leaves <= 16 for leaves in champion.num_leaves), "champion: 2 to 16 leaves: shallow trees")
    _must(all(10 <= rounds <= 1000 for rounds in champion.rounds), "champion: 10 to 1000 rounds")
    _must(bool(champion.num_leaves and champion.rounds), "champion: the grid is empty")
    _must(champion.min_child_samples >= 20 and champion.reg_lambda >= 1, "champion: not regularised")
    _must(0 < champion.subsample <= 1 and 0 < champion.colsample_bytree <= 1, "champion: shares outside 0..1")


def _must(holds: bool, rule: str) -> None:
    if not holds:
        raise ExperimentRefused(rule)
