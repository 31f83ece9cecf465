"""An estimate as a reviewer may be shown it: what was computed, in the words of the model that computed it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source

POLICE = frozenset({Source.POLICE, Source.HKC_SCREENING})


@dataclass(frozen=True, kw_only=True)
class SourceReferral:
    """An earlier referral of the same area that a value comes from. `source` is who referred."""

    referral_id: UUID
    source: Source


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How much one feature moved the estimate, in log-odds, and the words for it.

    `sources` are the earlier referrals that the value comes from, newest first: none when it is the referral's own.
    """

    label: str
    wording: str
    domain: str
    origin: str
    police_generated: bool
    value: Any
    observed_on: date | None
    log_odds: float
    sources: tuple[SourceReferral, ...] = ()

    @property
    def from_police(self) -> bool:
        """Whether the police recorded it, or said it in an earlier referral."""
        return self.police_generated or any(source.source in POLICE for source in self.sources)


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """The chance of the harm event within `horizon_months`. Base and contributions sum to it in log-odds."""

    probability: float
    interval: tuple[float, float] | None
    band: Band
    base_rate: float
    base_log_odds: float
    contributions: tuple[Moved, ...]
    missing: tuple[str, ...]
    """Labels of what nobody told the model."""
    harm_event: str
    horizon_months: int
    model_version: str
    invented_data: bool
    estimated_at: datetime


@dataclass(frozen=True, kw_only=True)
class NotEstimated:
    reason: NotEstimatedReason
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EstimateShown:
    """What scoring said of one version of a referral. `sequence` tells it from what it said before, `cause` why again."""

    sequence: int
    cause: EstimateCause
    answer: Estimated | NotEstimated
