"""Scores a referral: estimates it, stores the result and publishes it. Every use case that changes facts calls this."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.codes import EstimateCause, NotEstimatedReason
from services.platform.db.batch import Batch
from services.platform.db.transaction import Transaction
from services.scoring.champion.port import Champion
from services.scoring.estimate import (
    AnswerLimits,
    Estimate,
    NotEstimated,
    Result,
    ScoringResult,
    adds_up,
    limited,
    not_estimated,
)
from services.scoring.publish import publish_model, publish_result
from services.scoring.referral import Earlier, Referral, ReferralVersion, known_before
from services.scoring.result_store import Results
from services.scoring.store import Models, Referrals


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """The model in use, and the rules of this installation for what it may estimate."""

    current: Callable[[], Champion | None]
    limits: AnswerLimits
    demonstration: bool

    def champion(self, tx: Transaction) -> Champion | None:
        """The model in use, the same for all commands of a batch."""
        return tx.batch.shared(self._current)

    def score(
        self, champion: Champion, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]
    ) -> Result:
        """The model's result, unless a rule forbids it: invented data, a sum that does not add up, too few answers."""
        result = champion.score(facts, stated_at=stated_at, earlier=earlier)
        if champion.invented_data and not self.demonstration:
            return not_estimated(result, NotEstimatedReason.MODEL_TRAINED_ON_INVENTED_DATA)
        if isinstance(result, Estimate) and not adds_up(result):
            return not_estimated(result, NotEstimatedReason.MODEL_UNAVAILABLE)
        return limited(result, self.limits)

    def _current(self, _batch: Batch) -> Champion | None:
        return self.current()


def score_referral(
    referral: Referral, tx: Transaction, scorer: Scorer, *, persons: Collection[Referral], cause: EstimateCause
) -> bool:
    """Score the latest version of a referral. Returns False when its current result is the same already.

    `persons` are the referrals of its person.
    """
    stated = referral.latest
    if stated is None:
        return False
    results = tx.store(Results)
    result = _score(referral, stated, persons, tx, scorer)
    if referral.sequence and results.is_unchanged(referral.id, stated.version, result):
        return False
    referral.sequence += 1
    tx.store(Referrals).save(referral)
    scored = ScoringResult(
        id=uuid4(),
        referral_id=referral.id,
        referral_version=stated.version,
        person_id=referral.person_id,
        sequence=referral.sequence,
        cause=cause,
        at=tx.at,
        result=result,
    )
    results.save(scored)
    publish_result(scored, tx)
    tx.audit(
        "estimate.given" if isinstance(result, Estimate) else "estimate.refused",
        subject_type="referral",
        subject_id=referral.id,
        details={"estimate": str(scored.id), "sequence": scored.sequence, "cause": cause.value},
    )
    return True


def rescore_person(person_id: UUID, tx: Transaction, scorer: Scorer, *, cause: EstimateCause) -> None:
    """Score all referrals of a person again, because their history may have changed.

    This includes those with a requested withdrawal: until a person confirms it, a reviewer may read the estimate and
    decide.
    """
    persons = tx.store(Referrals).of_person(person_id)
    rescore_all(persons, tx, scorer, persons=persons, cause=cause)


def rescore_all(
    referrals: Iterable[Referral],
    tx: Transaction,
    scorer: Scorer,
    *,
    persons: Collection[Referral],
    cause: EstimateCause,
) -> None:
    for referral in referrals:
        score_referral(referral, tx, scorer, persons=persons, cause=cause)


def _score(
    referral: Referral, stated: ReferralVersion, persons: Collection[Referral], tx: Transaction, scorer: Scorer
) -> Result:
    champion = scorer.champion(tx)
    if champion is None:
        return NotEstimated(reason=NotEstimatedReason.MODEL_UNAVAILABLE)
    if tx.store(Models).add(champion, at=tx.at):
        publish_model(champion.description, tx.at, tx)
    earlier = known_before(referral, persons)
    return scorer.score(champion, stated.facts, stated_at=stated.stated_at, earlier=earlier)
