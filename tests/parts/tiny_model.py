"""A champion small enough to make in a moment: a real booster over the real features, sealed as training seals one."""

import hashlib
import math
from functools import cache
from pathlib import Path

import lightgbm
import numpy as np

from models.features import reading
from models.features.specification import Registry
from models.inference import manifest as manifests
from models.inference.manifest import INVENTED, Manifest
from services.scoring.adapters.kept_models import BOOSTER, MANIFEST, KeptModels

_ROWS = 600
_TREES = 8
_SLOPE, _INTERCEPT = 0.9, -0.2


def keep_in(models: Path) -> str:
    """Put it where scoring keeps its verified models, as the current one. Gives its version."""
    manifest, booster = artefacts()
    digest = manifests.read(manifest).seal
    kept_models = KeptModels(models)
    with kept_models.arriving() as folder:
        (folder / MANIFEST).write_bytes(manifest)
        (folder / BOOSTER).write_bytes(booster)
        kept = kept_models.keep(folder, version=f"1-{digest[:12]}", digest=digest)
    kept_models.make_current(kept)
    return kept.version


@cache
def artefacts() -> tuple[bytes, bytes]:
    """Manifest and booster, as `models.inference.model.load` takes them."""
    registry = reading.registry()
    booster = _booster(registry)
    text = booster.model_to_string().encode("ascii")
    row = [feature.low for feature in registry.features]
    raw = float(np.asarray(booster.predict(np.array([row]), raw_score=True))[0])
    manifest = Manifest(
        training=INVENTED,
        harm_event="a violence-related harm event",
        horizon_months=12,
        booster_sha256=hashlib.sha256(text).hexdigest(),
        feature_digest=registry.digest,
        features=[
            {**words, "low": feature.low, "high": feature.high}
            for words, feature in zip(registry.wording(), registry.features, strict=True)
        ],
        minimum_known_facts=registry.minimum_known_facts,
        calibration_slope=_SLOPE,
        calibration_intercept=_INTERCEPT,
        raised_from=0.2,
        high_from=0.4,
        base_rate=0.1,
        seed=1,
        parameters={},
        data_digest="",
        experiment_digest="",
        lock_sha256="",
        code_commit="",
        golden=[{"values": row, "log_odds": _SLOPE * raw + _INTERCEPT}],
    )
    return manifest.to_bytes(), text


def _booster(registry: Registry) -> lightgbm.Booster:
    chance = np.random.default_rng(1)
    low = np.array([feature.low for feature in registry.features])
    high = np.array([feature.high for feature in registry.features])
    rows = low + chance.random((_ROWS, len(low))) * (high - low)
    pull = (rows - low) / np.maximum(high - low, 1) @ np.array([f.monotone.sign for f in registry.features])
    harmed = chance.random(_ROWS) < 1 / (1 + np.exp(math.log(4) - pull + pull.mean()))
    data = lightgbm.Dataset(rows, harmed.astype(float), feature_name=list(registry.names))
    parameters = {"objective": "binary", "num_leaves": 7, "num_threads": 1, "verbose": -1, "seed": 1}
    return lightgbm.train(parameters, data, num_boost_round=_TREES)
