"""A training run: data, checks, champion and baselines, calibration, evaluation, sealed artefacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from models.data import dataset, population, validation
from models.data.dataset import Dataset
from models.evaluation import calibration, report, unknown_answers
from models.evaluation.report import CHAMPION, Report
from models.evaluation.unknown_answers import LogOdds
from models.inference.manifest import Manifest
from models.training import champion, packaging, provenance
from models.training.baselines import Baseline, Logistic, PointsIndex
from models.training.champion import Choice
from models.training.experiment import Experiment

Progress = Callable[[str, int, int], None]
"""Called with a step, and how much of how much of it is done. Each step ends with all of it done."""


@dataclass(frozen=True)
class Trained:
    """What a run leaves. Manifest and booster are the model; the rest is for people."""

    manifest: Manifest
    booster: bytes
    report: Report
    tried: list[Choice]
    experiment: Experiment


@dataclass(frozen=True)
class _Periods:
    training: Dataset
    calibrating: Dataset
    testing: Dataset


def fit(experiment: Experiment, *, progress: Progress = lambda *_: None) -> Trained:
    """Run the experiment. Raises DataRefused, UnknownOutOfOrder, NotCalibratable or BandsRefused."""
    data = _data(experiment, progress)
    with _step("Checking the data", progress):
        validation.check(data, label_share=experiment.label.share)
        # Of whom too little is known there will be no estimate: they teach and judge nothing.
        data = data.where(data.known_facts >= data.registry.minimum_known_facts)
    periods = _periods(experiment, data)
    choice, tried = champion.choose(
        experiment, periods.training, lambda done, total: progress("Choosing parameters", done, total)
    )
    with _step("Training the champion", progress):
        booster = champion.fit(experiment, periods.training, num_leaves=choice.num_leaves, rounds=choice.rounds)
    with _step("Training the baselines", progress):
        baselines: dict[str, Baseline] = {
            "logistic regression": Logistic(periods.training, penalty=experiment.penalty),
            "points index": PointsIndex(data.registry, experiment.points),
        }
    scorers: dict[str, LogOdds] = {CHAMPION: lambda rows: champion.log_odds(booster, rows)}
    scorers |= {name: baseline.log_odds for name, baseline in baselines.items()}
    with _step("Calibrating and evaluating", progress):
        for name, scorer in scorers.items():
            unknown_answers.check(name, scorer, data.registry, periods.testing.rows)
        manifest = packaging.manifest(
            experiment,
            booster,
            choice=choice,
            training=periods.training,
            calibrating=periods.calibrating,
            data_digest=data.digest,
            provenance=provenance.here(),
        )
        judged = _evaluate(experiment, scorers, periods)
    return Trained(manifest, packaging.booster_bytes(booster), judged, tried, experiment)


@contextmanager
def _step(name: str, progress: Progress) -> Iterator[None]:
    progress(name, 0, 1)
    yield
    progress(name, 1, 1)


def _data(experiment: Experiment, progress: Progress) -> Dataset:
    cohort = experiment.cohort
    with _step("Inventing young people", progress):
        people = population.draw(
            people=cohort.people, seed=experiment.seed, first_day=cohort.first_day, last_day=cohort.last_day
        )
    label = getattr(people.outcomes, experiment.label.outcome)
    return dataset.build(people, label, progress=lambda done, total: progress("Building features", done, total))


def _periods(experiment: Experiment, data: Dataset) -> _Periods:
    splits, cohort, day = experiment.splits, experiment.cohort, timedelta(days=1)
    return _Periods(
        training=data.between(cohort.first_day, splits.train_until),
        calibrating=data.between(splits.train_until + day, splits.calibrate_until),
        testing=data.between(splits.test_from, cohort.last_day),
    )


def _evaluate(experiment: Experiment, scorers: Mapping[str, LogOdds], periods: _Periods) -> Report:
    """Every model calibrated on the same people and judged on the same others."""
    log_odds = {}
    for name, scorer in scorers.items():
        line = calibration.fit(scorer(periods.calibrating.rows), periods.calibrating.label)
        log_odds[name] = line(scorer(periods.testing.rows))
    return report.evaluate(
        log_odds,
        periods.testing,
        capacities=experiment.evaluation.capacities,
        bootstrap=experiment.evaluation.bootstrap,
        seed=experiment.seed,
    )
