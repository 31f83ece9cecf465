"""Builders of scoring's objects: each shows only what its test is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, fsum
from typing import Any
from uuid import UUID, uuid4

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source
from services.scoring.estimate import Contribution, Estimate, Features, KnownAnswers, NotEstimated, Result
from services.scoring.on_events import ApplyMatch, ApplyReferral
from services.scoring.referral import Earlier, ReferralVersion

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def a_version(
    number: int,
    *,
    at: float,
    facts: Mapping[str, Any] | None = None,
    area: str = "northside",
    source: Source = Source.AE_NAVIGATOR,
) -> ReferralVersion:
    return ReferralVersion(
        version=number, stated_at=day(at), facts=facts or {"number": number}, area=area, source=source
    )


def a_referral_version(
    referral_id: UUID,
    *,
    person_id: UUID,
    version: int = 1,
    received: float = 0,
    amended: float | None = None,
    facts: Mapping[str, Any] | None = None,
    area: str = "northside",
    source: Source = Source.AE_NAVIGATOR,
) -> ApplyReferral:
    """The command of a received or amended referral. Times are days from the start."""
    return ApplyReferral(
        referral_id=referral_id,
        version=version,
        person_id=person_id,
        received_at=day(received),
        stated_at=day(received if amended is None else amended),
        facts={"age": 15, "injury": "minor"} if facts is None else facts,
        area=area,
        source=source,
        cause=EstimateCause.RECEIVED if amended is None else EstimateCause.AMENDED,
    )


def a_match(referrals: Sequence[UUID], persons: Sequence[UUID], *, at: float, linked: bool = True) -> ApplyMatch:
    return ApplyMatch(
        match_id=uuid4(), version=1, linked=linked, referral_ids=referrals, person_ids=persons, changed_at=day(at)
    )


def an_estimate(
    *, log_odds: float = -1.5, parts: Sequence[float] = (), model: str = "1-test", digest: str = "d"
) -> Estimate:
    """An estimate that adds up."""
    total = fsum([log_odds, *parts])
    return Estimate(
        probability=1 / (1 + exp(-total)),
        interval=None,
        band=Band.USUAL,
        base_rate=0.12,
        base_log_odds=log_odds,
        contributions=tuple(
            Contribution(
                feature=f"feature_{number}", value=1, observed_on=START.date(), origin="referrer", log_odds=part
            )
            for number, part in enumerate(parts)
        ),
        missing=("often_absent",),
        model_version=model,
        invented_data=True,
        features=Features(snapshot={"values": [log_odds, *parts]}, digest=digest),
    )


class FakeChampion:
    """Its estimate depends on the number of known facts and of earlier referrals. An age over 25 is out of range.

    `off_by` makes the explanation miss the probability; `known_answers` is how many of 25 answers it counts.
    """

    def __init__(
        self,
        version: str = "1-test",
        *,
        invented_data: bool = True,
        off_by: float = 0.0,
        known_answers: int | None = None,
    ) -> None:
        self.version = version
        self.invented_data = invented_data
        self._off_by = off_by
        self._answers = None if known_answers is None else KnownAnswers(known=known_answers, all=25)

    evaluation: Mapping[str, Any] | None = None

    @property
    def description(self) -> dict[str, Any]:
        label = {"label": "Injury", "domain": "health", "police_generated": False, "in_days": False}
        return {
            "model_version": self.version,
            "harm_event": "violence_related_harm",
            "horizon_months": 12,
            "base_rate": 0.12,
            "invented_data": self.invented_data,
            "features": [{"feature": "injury", **label}],
        }

    def score(self, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]) -> Result:
        known = sorted((name, str(value)) for name, value in facts.items() if value is not None)
        before = [
            (str(other.id), other.received_at.isoformat(), sorted(map(str, other.facts.items()))) for other in earlier
        ]
        digest = str(abs(hash((str(known), str(before), stated_at.isoformat()))))
        if (facts.get("age") or 0) > 25:
            return NotEstimated(
                reason=NotEstimatedReason.OUT_OF_RANGE,
                missing=("often_absent",),
                facts=("age",),
                model_version=self.version,
                features=Features(snapshot={}, digest=digest),
            )
        estimate = an_estimate(parts=[0.1 * len(known), 0.25 * len(before)], model=self.version, digest=digest)
        return replace(estimate, base_log_odds=estimate.base_log_odds + self._off_by, answers=self._answers)
