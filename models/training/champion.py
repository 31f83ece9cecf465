"""The champion: shallow, regularised, monotone trees, the same bits for the same data and seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
from sklearn import metrics

from models.data.chance import Numbers
from models.data.dataset import Dataset
from models.features.specification import Registry
from models.training.experiment import Experiment


@dataclass(frozen=True)
class Choice:
    """One point of the grid, and the log loss it had on the last part of the training period."""

    num_leaves: int
    rounds: int
    log_loss: float


def choose(experiment: Experiment, train: Dataset, report: Callable[[int, int], None]) -> tuple[Choice, list[Choice]]:
    """The best point of the grid, and all of them. One booster per tree size serves all rounds."""
    first = train.received_on < np.datetime64(experiment.splits.tune_from)
    fitted, judged = train.where(first), train.where(~first)
    grid = experiment.champion
    tried = []
    for index, leaves in enumerate(grid.num_leaves):
        booster = fit(experiment, fitted, num_leaves=leaves, rounds=max(grid.rounds))
        for rounds in grid.rounds:
            chance = booster.predict(judged.rows, num_iteration=rounds, num_threads=1)
            tried.append(Choice(leaves, rounds, float(metrics.log_loss(judged.label, np.asarray(chance)))))
        report(index + 1, len(grid.num_leaves))
    return min(tried, key=lambda choice: choice.log_loss), tried


def fit(experiment: Experiment, data: Dataset, *, num_leaves: int, rounds: int) -> lightgbm.Booster:
    columns = lightgbm.Dataset(
        data.rows, label=data.label.astype(np.float64), feature_name=list(data.registry.names), free_raw_data=True
    )
    return lightgbm.train(parameters(experiment, data.registry, num_leaves), columns, num_boost_round=rounds)


def parameters(experiment: Experiment, registry: Registry, num_leaves: int) -> dict[str, object]:
    grid = experiment.champion
    return {
        "objective": "binary",
        "num_leaves": num_leaves,
        "learning_rate": grid.learning_rate,
        "min_child_samples": grid.min_child_samples,
        "subsample": grid.subsample,
        "subsample_freq": 1,
        "colsample_bytree": grid.colsample_bytree,
        "reg_lambda": grid.reg_lambda,
        "monotone_constraints": [feature.monotone.sign for feature in registry.features],
        # Same image, same data, same seed: the same model text, byte for byte.
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": experiment.seed,
        "verbose": -1,
    }


def log_odds(booster: lightgbm.Booster, rows: Numbers) -> Numbers:
    return np.asarray(booster.predict(rows, raw_score=True, num_threads=1), dtype=np.float64)
