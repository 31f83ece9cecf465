"""A verified model in memory: estimates one referral or many, with exact additive contributions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.features.vector import FeatureVector, Source
from models.inference import manifest as manifests
from models.inference.booster import Booster
from models.inference.estimate import (
    Answer,
    Band,
    Contribution,
    Estimate,
    NotEstimated,
    Reason,
)
from models.inference.manifest import ArtefactRefused, Manifest
from models.inference.seen import is_few

GOLDEN_TOLERANCE = 1e-9


class FeatureContractBroken(ValueError):
    """The vector was built by another registry than the one this model was trained with."""


class Model:
    """A booster and its manifest, verified and tried. Made by `load`; safe to share by threads."""

    def __init__(self, manifest: Manifest, booster: Booster) -> None:
        self.manifest = manifest
        self.digest = manifest.seal
        self._booster = booster
        self._names = manifest.names
        self._origins = tuple(str(feature["origin"]) for feature in manifest.features)
        self._no_sources: list[tuple[Source, ...]] = [()] * len(self._names)
        self._is_few = tuple(is_few(feature, minimum=manifest.minimum_seen) for feature in manifest.features)
        self._low = tuple(float(feature["low"]) for feature in manifest.features)
        self._high = tuple(float(feature["high"]) for feature in manifest.features)

    def estimate(self, vector: FeatureVector) -> Answer:
        """The estimate for one referral. Raises FeatureContractBroken."""
        return self._refusal(vector) or self._answer(vector, self._explain(vector.values))

    def _refusal(self, vector: FeatureVector) -> NotEstimated | None:
        if vector.digest != self.manifest.feature_digest:
            raise FeatureContractBroken(f"vector {vector.digest[:12]}, model {self.manifest.feature_digest[:12]}")
        wrong = vector.out_of_range or self._outside(vector.values)
        if wrong:
            return NotEstimated(Reason.OUT_OF_RANGE, wrong, vector.not_known, self.digest)
        if vector.known_facts < self.manifest.minimum_known_facts:
            return NotEstimated(Reason.TOO_LITTLE_INFORMATION, (), vector.not_known, self.digest)
        return None

    def _outside(self, values: tuple[float, ...]) -> tuple[str, ...]:
        """Names of values outside the trained range, what is not a number among them."""
        return tuple(
            [
                name
                for name, value, low, high in zip(self._names, values, self._low, self._high, strict=True)
                if not low <= value <= high
            ]
        )

    def _explain(self, row: Sequence[float]) -> list[float]:
        """The contributions in calibrated log-odds, the base last."""
        # Affine in log-odds: scaling every part by the slope and moving the base by the intercept
        # keeps the sum exact (Platt 1999; the parts are Lundberg's path-dependent SHAP values).
        slope = self.manifest.calibration_slope
        parts = [part * slope for part in self._booster.contributions(row)]
        parts[-1] += self.manifest.calibration_intercept
        return parts

    def _answer(self, vector: FeatureVector, parts: list[float]) -> Estimate:
        log_odds = math.fsum(parts)
        probability = probability_of(log_odds)
        return Estimate(
            probability,
            None,
            self._band(probability),
            self.manifest.base_rate,
            log_odds,
            parts[-1],
            tuple(
                map(
                    Contribution._make,
                    zip(
                        self._names,
                        vector.shown,
                        vector.dates,
                        self._origins,
                        parts[:-1],
                        [vector.sources.get(name, ()) for name in self._names] if vector.sources else self._no_sources,
                        self._few_seen(vector),
                        strict=True,
                    ),
                )
            ),
            vector.not_known,
            self.digest,
            self.manifest.invented_data,
        )

    def _few_seen(self, vector: FeatureVector) -> list[bool]:
        """Whether too few had this value; never of what is not known, which lies between what is."""
        return [
            said is not None and few(number)
            for few, said, number in zip(self._is_few, vector.shown, vector.values, strict=True)
        ]

    def _band(self, probability: float) -> Band:
        if probability >= self.manifest.high_from:
            return Band.HIGH
        return Band.RAISED if probability >= self.manifest.raised_from else Band.USUAL

    def _check_golden_rows(self) -> None:
        for row in self.manifest.golden:
            if not abs(math.fsum(self._explain(row["values"])) - row["log_odds"]) <= GOLDEN_TOLERANCE:
                raise ArtefactRefused("the model no longer gives the estimates training saw")


def load(manifest: bytes, booster: bytes, *, expected_digest: str | None = None) -> Model:
    """A model ready to use. Raises ArtefactRefused before LightGBM sees a byte it should not.

    `expected_digest` is the registry's word for this version (`Model.digest`), if there is one.
    """
    known = manifests.read(manifest)
    if expected_digest is not None and known.seal != expected_digest:
        raise ArtefactRefused("another model than the registry names")
    manifests.verify(known, booster)
    loaded = Booster(booster)
    if loaded.names != known.names:
        raise ArtefactRefused("the booster's columns are not the manifest's features")
    model = Model(known, loaded)
    model._check_golden_rows()
    return model


def probability_of(log_odds: float) -> float:
    """The logistic function, without overflow at either end."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)
