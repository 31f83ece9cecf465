"""A verified model behind the champion port: coded facts in, a result of the domain out."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.features import reading, snapshot
from models.features.facts import EarlierReferral
from models.features.specification import Rule
from models.features.vector import build
from models.inference import estimate as inferred
from models.inference import manifest as manifests
from models.inference import model as inference
from models.inference.manifest import ArtefactRefused
from models.inference.model import Model
from services.contracts.codes import Band, NotEstimatedReason, Source
from services.platform.failpoints import failpoint
from services.scoring.champion.model_cache import CachedModel
from services.scoring.estimate import (
    Contribution,
    Estimate,
    Features,
    KnownAnswers,
    NotEstimated,
    Result,
    SourceReferral,
)
from services.scoring.referral import Earlier

# Dates are those of the referrers, who are in this time zone.
_LONDON = ZoneInfo("Europe/London")
_DESCRIBED = ("feature", "label", "domain", "police_generated")
_CHOICES = frozenset(feature.name for feature in reading.registry().features if feature.rule is Rule.ANY_CODE)
"""Features that state whether one of several answers was selected."""


class LoadedChampion:
    def __init__(self, version: str, model: Model, evaluation: Mapping[str, Any] | None) -> None:
        self.version = version
        self.evaluation = evaluation
        self._model = model

    @property
    def invented_data(self) -> bool:
        return self._model.manifest.invented_data

    @property
    def description(self) -> dict[str, Any]:
        manifest = self._model.manifest
        return {
            "model_version": self.version,
            "harm_event": manifest.harm_event,
            "horizon_months": manifest.horizon_months,
            "base_rate": manifest.base_rate,
            "invented_data": manifest.invented_data,
            "features": [_described(feature) for feature in manifest.features],
        }

    def score(self, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]) -> Result:
        vector = build(
            facts,
            as_of=day_of(stated_at),
            earlier=[
                EarlierReferral(day_of(other.received_at), other.facts, str(other.id), other.source)
                for other in earlier
            ],
        )
        failpoint("scoring.features_built")
        features = Features(snapshot=snapshot.to_json(vector), digest=snapshot.digest(vector))
        result = self._read(self._model.estimate(vector), features)
        failpoint("scoring.predicted")
        return result

    def score_snapshot(self, stored: Mapping[str, Any]) -> Result:
        """The result for a stored snapshot."""
        vector = snapshot.from_json(stored)
        features = Features(snapshot=snapshot.to_json(vector), digest=snapshot.digest(vector))
        return self._read(self._model.estimate(vector), features)

    def _read(self, output: inferred.Answer, features: Features) -> Result:
        # Counted over facts, not features: several features come from one answer, and two from none.
        known = KnownAnswers(known=features.snapshot["known_facts"], all=len(reading.registry().facts))
        if isinstance(output, inferred.NotEstimated):
            too_few = output.reason is inferred.Reason.TOO_LITTLE_INFORMATION
            return NotEstimated(
                reason=NotEstimatedReason(output.reason.value),
                missing=output.missing,
                facts=output.facts,
                model_version=self.version,
                features=features,
                answers=known,
                min_answers=self._model.manifest.minimum_known_facts if too_few else None,
                drawn_on=_drawn_on(features),
            )
        return Estimate(
            probability=output.probability,
            interval=output.interval,
            band=Band(output.band.value),
            base_rate=output.base_rate,
            base_log_odds=output.base_log_odds,
            contributions=tuple(_contribution(part) for part in output.contributions),
            missing=output.missing,
            model_version=self.version,
            invented_data=output.invented_data,
            features=features,
            answers=known,
        )


class WrongFeatures(ValueError):
    """The model was trained on other features than this code builds."""


def load(cached: CachedModel) -> LoadedChampion:
    """Verify and load a cached model. Raises ArtefactRefused or WrongFeatures; nothing unverified reaches LightGBM."""
    model = inference.load(cached.manifest, cached.booster, expected_digest=cached.digest)
    if model.manifest.feature_digest != reading.registry().digest:
        raise WrongFeatures(cached.version)
    evaluation = cached.evaluation
    return LoadedChampion(cached.version, model, json.loads(evaluation) if evaluation else None)


def fits(cached: CachedModel) -> bool:
    """Whether the model was trained on the features that this code builds, without loading it."""
    try:
        return manifests.read(cached.manifest).feature_digest == reading.registry().digest
    except (ArtefactRefused, OSError):
        return False


def _described(feature: Mapping[str, Any]) -> dict[str, Any]:
    name = feature["feature"]
    return {key: feature[key] for key in _DESCRIBED} | {
        "in_days": feature["kind"] == "recency",
        "is_choice": name in _CHOICES,
    }


def _drawn_on(features: Features) -> tuple[UUID, ...]:
    sources = features.snapshot.get("sources", {}).values()
    return tuple(dict.fromkeys(UUID(referral_id) for found in sources for referral_id, _kind in found))


def day_of(timestamp: datetime) -> date:
    return timestamp.astimezone(_LONDON).date()


def _contribution(part: inferred.Contribution) -> Contribution:
    return Contribution(
        feature=part.feature,
        value=part.value,
        observed_on=part.observed_on,
        origin=part.origin,
        log_odds=part.log_odds,
        sources=tuple(
            SourceReferral(referral_id=UUID(referral_id), source=Source(kind)) for referral_id, kind in part.sources
        ),
        few_seen=part.few_seen,
    )
