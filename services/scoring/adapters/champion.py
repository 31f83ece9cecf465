"""A verified model as the use cases see it: coded facts in, the answer of the domain out."""

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
from models.inference import estimate as given
from models.inference import manifest as manifests
from models.inference import model as inference
from models.inference.manifest import ArtefactRefused
from models.inference.model import Model
from services.contracts.codes import Band, NotEstimatedReason, Source
from services.platform.failpoints import failpoint
from services.scoring.adapters.model_cache import CachedModel
from services.scoring.domain.referral import Earlier
from services.scoring.domain.result import (
    Contribution,
    Estimate,
    Features,
    KnownAnswers,
    NotEstimated,
    Result,
    SourceReferral,
)

# A day is the day of the people who wrote the facts.
_LONDON = ZoneInfo("Europe/London")
_NAMED = ("feature", "label", "domain", "police_generated")
_CHOICES = frozenset(feature.name for feature in reading.registry().features if feature.rule is Rule.ANY_CODE)
"""Features that say whether one of several answers was selected."""


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

    def answer(self, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]) -> Result:
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
        answer = self._read(self._model.estimate(vector), features)
        failpoint("scoring.predicted")
        return answer

    def answer_again(self, stored: Mapping[str, Any]) -> Result:
        """The answer to a stored snapshot."""
        vector = snapshot.from_json(stored)
        features = Features(snapshot=snapshot.to_json(vector), digest=snapshot.digest(vector))
        return self._read(self._model.estimate(vector), features)

    def _read(self, answer: given.Answer, features: Features) -> Result:
        # Facts, not features: several features are made of one answer, and two of no answer at all.
        known = KnownAnswers(known=features.snapshot["known_facts"], all=len(reading.registry().facts))
        if isinstance(answer, given.NotEstimated):
            too_few = answer.reason is given.Reason.TOO_LITTLE_INFORMATION
            return NotEstimated(
                reason=NotEstimatedReason(answer.reason.value),
                missing=answer.missing,
                facts=answer.facts,
                model_version=self.version,
                features=features,
                answers=known,
                min_answers=self._model.manifest.minimum_known_facts if too_few else None,
                drawn_on=_drawn_on(features),
            )
        return Estimate(
            probability=answer.probability,
            interval=answer.interval,
            band=Band(answer.band.value),
            base_rate=answer.base_rate,
            base_log_odds=answer.base_log_odds,
            contributions=tuple(_contribution(part) for part in answer.contributions),
            missing=answer.missing,
            model_version=self.version,
            invented_data=answer.invented_data,
            features=features,
            answers=known,
        )


class WrongFeatures(ValueError):
    """The model was made for other features than this code builds."""


def load(kept: CachedModel) -> LoadedChampion:
    """Verify and load a kept model. Raises ArtefactRefused or WrongFeatures; nothing unverified reaches LightGBM."""
    model = inference.load(kept.manifest, kept.booster, expected_digest=kept.digest)
    if model.manifest.feature_digest != reading.registry().digest:
        raise WrongFeatures(kept.version)
    evaluation = kept.evaluation
    return LoadedChampion(kept.version, model, json.loads(evaluation) if evaluation else None)


def fits(kept: CachedModel) -> bool:
    """Whether the model was made for the features that this code builds, without loading it."""
    try:
        return manifests.read(kept.manifest).feature_digest == reading.registry().digest
    except (ArtefactRefused, OSError):
        return False


def _described(feature: Mapping[str, Any]) -> dict[str, Any]:
    name = feature["feature"]
    return {key: feature[key] for key in _NAMED} | {
        "in_days": feature["kind"] == "recency",
        "is_choice": name in _CHOICES,
    }


def _drawn_on(features: Features) -> tuple[UUID, ...]:
    sources = features.snapshot.get("sources", {}).values()
    return tuple(dict.fromkeys(UUID(referral_id) for found in sources for referral_id, _kind in found))


def day_of(timestamp: datetime) -> date:
    return timestamp.astimezone(_LONDON).date()


def _contribution(part: given.Contribution) -> Contribution:
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
