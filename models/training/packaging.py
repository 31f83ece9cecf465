"""Converts a trained booster into the sealed pair that serving loads: native text and manifest."""

from __future__ import annotations

import hashlib
from typing import Any

import lightgbm
import numpy as np

from models.data.chance import Numbers, logistic
from models.data.dataset import Dataset
from models.evaluation import calibration
from models.inference.manifest import Manifest
from models.training import champion, seen
from models.training.champion import Choice
from models.training.experiment import Bands, Experiment
from models.training.provenance import Provenance

GOLDEN_ROWS = 20


class BandsRefused(ValueError):
    """The bands do not fit the estimates: far too many or far too few people are in one."""


def booster_bytes(booster: lightgbm.Booster) -> bytes:
    return booster.model_to_string().encode("ascii")


def manifest(
    experiment: Experiment,
    booster: lightgbm.Booster,
    *,
    choice: Choice,
    training: Dataset,
    calibrating: Dataset,
    data_digest: str,
    provenance: Provenance,
) -> Manifest:
    """The manifest of this booster. Raises NotCalibratable or BandsRefused."""
    base_rate = float(calibrating.label.mean())
    raw = champion.log_odds(booster, calibrating.rows)
    line = calibration.fit(raw, calibrating.label)
    calibrated = line(raw)
    raised_from, high_from = _thresholds(experiment.bands, base_rate, logistic(calibrated))
    registry = calibrating.registry
    return Manifest(
        training=experiment.cohort.data,
        harm_event=experiment.label.harm_event,
        horizon_months=experiment.label.horizon_months,
        booster_sha256=hashlib.sha256(booster_bytes(booster)).hexdigest(),
        feature_digest=registry.digest,
        features=_features(training),
        minimum_known_facts=registry.minimum_known_facts,
        minimum_seen=seen.minimum(experiment, training),
        calibration_slope=line.slope,
        calibration_intercept=line.intercept,
        raised_from=raised_from,
        high_from=high_from,
        base_rate=base_rate,
        seed=experiment.seed,
        parameters={
            **champion.parameters(experiment, registry, choice.num_leaves),
            "rounds": choice.rounds,
            "lightgbm": lightgbm.__version__,
        },
        data_digest=data_digest,
        experiment_digest=experiment.digest,
        lock_sha256=provenance.lock_sha256,
        code_commit=provenance.code_commit,
        golden=_golden(calibrating.rows, calibrated),
    )


def _thresholds(bands: Bands, base_rate: float, chance: Numbers) -> tuple[float, float]:
    """Where the bands begin, as probabilities: multiples of the usual chance."""
    raised_from, high_from = bands.raised_from * base_rate, bands.high_from * base_rate
    high = float((chance >= high_from).mean())
    raised = float((chance >= raised_from).mean()) - high
    for name, share, (minimum, maximum) in (("raised", raised, bands.raised_share), ("high", high, bands.high_share)):
        if not minimum <= share <= maximum:
            raise BandsRefused(
                f"{share:.1%} of the calibration year are {name}, outside {minimum:.0%} to {maximum:.0%}"
            )
    return raised_from, high_from


def _features(training: Dataset) -> list[dict[str, Any]]:
    registry = training.registry
    return [
        {
            **words,
            "low": feature.low,
            "high": feature.high,
            "levels": list(feature.levels),
            "unknown_as": feature.unknown_as,
            "seen": answers,
        }
        for words, feature, answers in zip(registry.wording(), registry.features, seen.counted(training), strict=True)
    ]


def _golden(rows: Numbers, log_odds: Numbers) -> list[dict[str, Any]]:
    """Rows spread over the calibration year, with the answers a loaded model must repeat."""
    chosen = np.linspace(0, len(rows) - 1, GOLDEN_ROWS).astype(np.int64)
    return [
        {
            "values": rows[index].tolist(),
            "log_odds": float(log_odds[index]),
        }
        for index in chosen.tolist()
    ]
