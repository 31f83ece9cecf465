"""Gives a referral its answer: estimates it, keeps what was given and tells the others. Shared by all use cases."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.codes import EstimateCause, NotEstimatedReason
from services.contracts.scoring import ModelDescribedV2, ReferralEstimatedV1, ReferralNotEstimatedV1
from services.scoring.application.ports import Champion, Publisher, ScoringResult, UnitOfWork
from services.scoring.domain.referral import Referral, ReferralVersion, known_before
from services.scoring.domain.result import (
    AnswerLimits,
    Contribution,
    Estimate,
    NotEstimated,
    Result,
    adds_up,
    counts,
    limited,
    not_estimated,
)


def score_referral(referral: Referral, *, persons: Collection[Referral], cause: EstimateCause, uow: UnitOfWork) -> bool:
    """Result the latest version of a referral. False when its current answer says the same already.

    `persons` are the referrals of its person.
    """
    stated = referral.latest
    if stated is None:
        return False
    answer = _answer(referral, stated, persons, uow)
    if referral.sequence and uow.results.is_unchanged(referral.id, stated.version, answer):
        return False
    referral.sequence += 1
    uow.referrals.save(referral)
    given = ScoringResult(
        id=uuid4(),
        referral_id=referral.id,
        referral_version=stated.version,
        person_id=referral.person_id,
        sequence=referral.sequence,
        cause=cause,
        at=uow.at,
        answer=answer,
    )
    uow.results.save(given)
    publish_result(given, uow)
    uow.audit(
        "estimate.given" if isinstance(answer, Estimate) else "estimate.refused",
        subject_type="referral",
        subject_id=referral.id,
        details={"estimate": str(given.id), "sequence": given.sequence, "cause": cause.value},
    )
    return True


def rescore_person(person_id: UUID, *, cause: EstimateCause, uow: UnitOfWork) -> None:
    """Result all referrals of a person again: their history may have changed.

    Those that somebody asked to withdraw too: until a person confirms it, a reviewer may read the estimate and decide.
    """
    persons = uow.referrals.of_person(person_id)
    rescore_all(persons, persons=persons, cause=cause, uow=uow)


def rescore_all(
    referrals: Iterable[Referral], *, persons: Collection[Referral], cause: EstimateCause, uow: UnitOfWork
) -> None:
    for referral in referrals:
        if referral.latest is not None:
            score_referral(referral, persons=persons, cause=cause, uow=uow)


def _answer(referral: Referral, stated: ReferralVersion, persons: Collection[Referral], uow: UnitOfWork) -> Result:
    champion = uow.champion
    if champion is None:
        return NotEstimated(reason=NotEstimatedReason.MODEL_UNAVAILABLE)
    _describe(champion, uow)
    earlier = known_before(referral, persons)
    answer = champion.answer(stated.facts, stated_at=stated.stated_at, earlier=earlier)
    return allowed(answer, champion=champion, demonstration=uow.demonstration, limits=uow.limits)


def allowed(answer: Result, *, champion: Champion, demonstration: bool, limits: AnswerLimits) -> Result:
    """The answer if it may be given: no real child is estimated from invented data or from too few results, and no
    broken sum is shown."""
    if champion.invented_data and not demonstration:
        return not_estimated(answer, NotEstimatedReason.MODEL_TRAINED_ON_INVENTED_DATA)
    if isinstance(answer, Estimate) and not adds_up(answer):
        return not_estimated(answer, NotEstimatedReason.MODEL_UNAVAILABLE)
    return limited(answer, limits)


def _describe(champion: Champion, uow: UnitOfWork) -> None:
    """Tell the wording of a model before the first estimate that needs it."""
    if uow.models.describe(champion, uow.at):
        publish_model(champion.description, uow.at, uow)


def publish_model(description: Mapping[str, Any], described_at: datetime, publisher: Publisher) -> None:
    publisher.publish(ModelDescribedV2, {**description, "version": 1, "described_at": described_at})


def publish_result(given: ScoringResult, publisher: Publisher) -> None:
    answer = given.answer
    common = {
        "referral_id": given.referral_id,
        "referral_version": given.referral_version,
        "sequence": given.sequence,
        "person_id": given.person_id,
        "cause": given.cause,
        "missing": list(answer.missing),
        "model_version": answer.model_version,
        **counts(answer),
    }
    if isinstance(answer, NotEstimated):
        publisher.publish(
            ReferralNotEstimatedV1,
            {
                **common,
                "reason": answer.reason,
                "min_answers": answer.min_answers,
                "drawn_on": list(answer.drawn_on),
                "decided_at": given.at,
            },
        )
        return
    low, high = answer.interval or (None, None)
    publisher.publish(
        ReferralEstimatedV1,
        {
            **common,
            "estimate_id": given.id,
            "probability": answer.probability,
            "interval_low": low,
            "interval_high": high,
            "band": answer.band,
            "base_rate": answer.base_rate,
            "base_log_odds": answer.base_log_odds,
            "contributions": [_part(part) for part in answer.contributions],
            "invented_data": answer.invented_data,
            "sparse": answer.sparse,
            "estimated_at": given.at,
        },
    )


def _part(part: Contribution) -> dict[str, Any]:
    """The newest of its sources, and the others of a count."""
    said = {**vars(part)}
    newest, *others = said.pop("sources") or (None,)
    told_by = {"source_referral_id": newest.referral_id, "source": newest.source} if newest else {}
    return said | told_by | {"further_sources": [vars(other) for other in others]}
