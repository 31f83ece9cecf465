"""Features, estimate and contributions of one referral, against the booster's own contributions of one row.

The floor is what nobody can leave out: LightGBM's exact `pred_contrib` for a row that is already an array. On top come
the features from coded facts and an earlier referral, the checks, calibration, and one object per contribution.
"""

from dataclasses import asdict, replace
from datetime import date
from typing import Any

import lightgbm
import numpy as np

from bench.timing import Measured, Stage
from bench.timing import measure as measure_stage
from models.features.facts import EarlierReferral
from models.features.vector import build
from models.inference import model as inference
from models.training import experiment as experiments
from models.training import pipeline
from models.training.pipeline import Trained

RECEIVED = date(2026, 2, 1)
FACTS: dict[str, object] = {
    "age": 15,
    "what_happened": ["knife_or_sharp_object"],
    "involvement": ["victim"],
    "injury": "needs_treatment",
    "immediate_danger": "no",
    "violence_attendances_12m": 1,
    "retaliation_feared": True,
    "education_status": "suspended",
    "weapon_found_by_police_on": "2025-11-01",
    "peers_in_violence": True,
    "strengths": ["trusted_adult", "wants_change"],
}
EARLIER = (EarlierReferral(date(2025, 12, 9), {"what_happened": ["threat"], "substance_use": "occasional"}),)
BATCH = 500


def measure() -> dict[str, Any]:
    """Microseconds and ratios, for one referral and for a batch, ready for JSON."""
    trained = _champion_sized()
    return {
        "trees": int(trained.manifest.parameters["rounds"]),
        "leaves": int(trained.manifest.parameters["num_leaves"]),
        "stages": [asdict(measured) for measured in stages(trained)],
    }


def stages(trained: Trained) -> list[Measured]:
    model = inference.load(trained.manifest.to_bytes(), trained.booster)
    booster = lightgbm.Booster(model_str=trained.booster.decode("ascii"))
    vector = build(FACTS, as_of=RECEIVED, earlier=EARLIER)
    row = np.array([vector.values])
    rows = np.repeat(row, BATCH, axis=0)
    return [
        measure_stage(
            Stage(
                name="features + estimate + contributions",
                floor="LightGBM pred_contrib, one row",
                work=lambda: model.estimate(build(FACTS, as_of=RECEIVED, earlier=EARLIER)),
                least=lambda: booster.predict(row, pred_contrib=True, num_threads=1),
            )
        ),
        measure_stage(
            Stage(
                name=f"the same, {BATCH} in a batch",
                floor="LightGBM pred_contrib, one batch",
                work=lambda: model.estimate_batch(
                    [build(FACTS, as_of=RECEIVED, earlier=EARLIER) for _ in range(BATCH)]
                ),
                least=lambda: booster.predict(rows, pred_contrib=True, num_threads=1),
                per_call=BATCH,
            )
        ),
    ]


def _champion_sized() -> Trained:
    """As many trees and leaves as the default experiment gives, on fewer people."""
    default = experiments.default()
    return pipeline.fit(
        replace(
            default,
            cohort=replace(default.cohort, people=16_000),
            champion=replace(default.champion, num_leaves=(4,), rounds=(250,)),
        )
    )
