"""A small real model over the project's own features, trained in a moment on noise: for tests of what uses models."""

import hashlib
import math
from functools import cache
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from models.features import reading
from models.features.specification import Feature
from models.inference.manifest import Manifest
from models.inference.model import probability_of
from services.scoring.champion.model_cache import BOOSTER, EVALUATION, MANIFEST, CachedModel, ModelCache


@cache
def files(*, training: str = "synthetic", seed: int = 7) -> tuple[bytes, bytes, str]:
    """Manifest, booster and digest."""
    registry = reading.registry()
    random = np.random.default_rng(seed)
    low = np.array([feature.low for feature in registry.features])
    high = np.array([min(feature.high, 20.0) for feature in registry.features])
    rows = random.uniform(low, high, size=(600, len(registry.features)))
    unknown = random.random(rows.shape) < 0.3
    rows = np.where(unknown, [feature.unknown_as for feature in registry.features], rows)
    harm = random.random(600) < 1 / (1 + np.exp(2 - np.where(unknown, 0.0, rows / (high + 1)).sum(axis=1) / 6))
    columns = lightgbm.Dataset(rows, label=harm.astype(float), feature_name=list(registry.names))
    parameters = {"objective": "binary", "num_leaves": 7, "verbose": -1, "seed": seed, "num_threads": 1}
    booster = lightgbm.train(parameters, columns, num_boost_round=25)
    text = booster.model_to_string().encode("ascii")
    slope, intercept = 0.9, -0.05
    parts = np.asarray(booster.predict(rows[:20], pred_contrib=True, num_threads=1)) * slope
    parts[:, -1] += intercept
    log_odds = [math.fsum(part) for part in parts.tolist()]
    chances = sorted(probability_of(value) for value in log_odds)
    manifest = Manifest(
        training=training,
        harm_event="a being harmed by violence",
        horizon_months=12,
        booster_sha256=hashlib.sha256(text).hexdigest(),
        feature_digest=registry.digest,
        features=[_said_of(feature) for feature in registry.wording()],
        minimum_known_facts=registry.minimum_known_facts,
        minimum_seen=400,
        calibration_slope=slope,
        calibration_intercept=intercept,
        raised_from=chances[10],
        high_from=chances[17],
        base_rate=float(harm.mean()),
        seed=seed,
        parameters={},
        data_digest="0" * 64,
        experiment_digest="0" * 64,
        lock_sha256="0" * 64,
        code_commit="test",
        golden=[{"values": row, "log_odds": value} for row, value in zip(rows[:20].tolist(), log_odds, strict=True)],
    )
    return manifest.to_bytes(), text, manifest.seal


def _said_of(wording: dict[str, Any]) -> dict[str, Any]:
    feature = reading.registry().by_name[str(wording["feature"])]
    return {
        **wording,
        "low": feature.low,
        "high": feature.high,
        "levels": list(feature.levels),
        "unknown_as": feature.unknown_as,
        "seen": [
            [float(answer), _seen(feature, answer), 40] for answer in range(int(feature.low), int(feature.high) + 1)
        ],
    }


def _seen(feature: Feature, answer: int) -> int:
    """Every answer often enough, but for firearms, acid and the youngest."""
    rare = (feature.name, answer) in (("firearm_or_corrosive", 1), ("age_years", 10))
    return 50 if rare else 1_000


def write(folder: Path, *, training: str = "synthetic", seed: int = 7) -> str:
    """Write the model's files as training leaves them. Gives the digest."""
    manifest, booster, digest = files(training=training, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_bytes(manifest)
    (folder / BOOSTER).write_bytes(booster)
    (folder / EVALUATION).write_text('{"people": 4000, "harmed": 480, "verdict": "Made for a test."}')
    return digest


def save(models_folder: Path, *, number: int = 1, training: str = "synthetic", seed: int = 7) -> CachedModel:
    """Put the model where scoring keeps its champion."""
    kept = ModelCache(models_folder)
    with kept.downloading() as arrived:
        digest = write(arrived, training=training, seed=seed)
        model = kept.save(arrived, version=f"{number}-{digest[:12]}", digest=digest)
    kept.make_current(model)
    return model
