"""Publishes results and model descriptions, when they are new and when another service asks for them again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.contracts.scoring import ModelDescribedV2, ReferralEstimatedV1, ReferralNotEstimatedV1
from services.platform.republish import Publisher
from services.scoring.estimate import Contribution, Estimate, NotEstimated, ScoringResult, counts


def publish_model(description: Mapping[str, Any], described_at: datetime, publisher: Publisher) -> None:
    publisher.publish(ModelDescribedV2, {**description, "version": 1, "described_at": described_at})


def publish_result(scored: ScoringResult, publisher: Publisher) -> None:
    result = scored.result
    common = {
        "referral_id": scored.referral_id,
        "referral_version": scored.referral_version,
        "sequence": scored.sequence,
        "person_id": scored.person_id,
        "cause": scored.cause,
        "missing": list(result.missing),
        "model_version": result.model_version,
        **counts(result),
    }
    if isinstance(result, Estimate):
        publisher.publish(ReferralEstimatedV1, common | _estimated(scored, result))
    else:
        publisher.publish(ReferralNotEstimatedV1, common | _not_estimated(scored, result))


def _estimated(scored: ScoringResult, estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.interval or (None, None)
    return {
        "estimate_id": scored.id,
        "probability": estimate.probability,
        "interval_low": low,
        "interval_high": high,
        "band": estimate.band,
        "base_rate": estimate.base_rate,
        "base_log_odds": estimate.base_log_odds,
        "contributions": [_contribution(part) for part in estimate.contributions],
        "invented_data": estimate.invented_data,
        "sparse": estimate.sparse,
        "estimated_at": scored.at,
    }


def _not_estimated(scored: ScoringResult, refused: NotEstimated) -> dict[str, Any]:
    return {
        "reason": refused.reason,
        "min_answers": refused.min_answers,
        "drawn_on": list(refused.drawn_on),
        "decided_at": scored.at,
    }


def _contribution(part: Contribution) -> dict[str, Any]:
    """The newest of its sources by name, and the others of a count."""
    fields = {**vars(part)}
    newest, *others = fields.pop("sources") or (None,)
    source = {"source_referral_id": newest.referral_id, "source": newest.source} if newest else {}
    return fields | source | {"further_sources": [vars(other) for other in others]}
