"""An estimate as a reviewer may see it, with the labels of the model that computed it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, OrganisationClass, Source

POLICE = frozenset({Source.POLICE, Source.HKC_SCREENING})


@dataclass(frozen=True, kw_only=True)
class SourceReferral:
    """An earlier referral of the same area that a value comes from. `source` is who referred."""

    referral_id: UUID
    source: Source


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """How much one feature moved the estimate, in log-odds, and how to describe its value.

    `value` is None if it is not known, or if it is known but outside the feature's period; `is_known` distinguishes the
    two. If `in_days`, the value is a number of days before the referral; if `is_choice`, whether one option of a
    question was selected.
    `referral_source` is who made the estimated referral. `sources` are the earlier referrals that the value comes from,
    newest first; empty if the value is the referral's own, or `is_counted` from our records and there are none.
    `few_seen`: the training data had too few young people with this value.
    """

    feature: str
    label: str
    domain: str
    police_generated: bool
    in_days: bool
    is_known: bool
    value: Any
    observed_on: date | None
    log_odds: float
    referral_source: Source
    sources: tuple[SourceReferral, ...] = ()
    few_seen: bool = False
    is_choice: bool = False
    is_counted: bool = False

    @property
    def is_from_police(self) -> bool:
        """Whether a police organisation made a referral that gave the value.

        A count of zero earlier referrals has no source.
        """
        own = [] if self.is_counted else [self.referral_source]
        stated_by = [source.source for source in self.sources] or own
        return self.is_known and any(source in POLICE for source in stated_by)


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """The number of known answers, of all that the model uses."""

    known: int
    all: int


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """The probability (0 to 1) of the harm event within `horizon_months`. Base and contributions sum to it in log-odds.

    If `sparse`, it is based on few answers and pages say so first. `answers` is None in records from before answers were
    counted.
    """

    probability: float
    interval: tuple[float, float] | None
    band: Band
    base_rate: float
    base_log_odds: float
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...]
    """Labels of the unknown values."""
    harm_event: str
    horizon_months: int
    model_version: str
    invented_data: bool
    estimated_at: datetime
    answers: KnownAnswers | None = None
    sparse: bool = False


@dataclass(frozen=True, kw_only=True)
class NotEstimated:
    """`min_answers` is the number of answers that an estimate needs; None unless too few were known."""

    reason: NotEstimatedReason
    missing: tuple[str, ...]
    answers: KnownAnswers | None = None
    min_answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class EstimateShown:
    """Scoring's result for one version of a referral. `sequence` orders results; `cause` is why this one was computed."""

    sequence: int
    cause: EstimateCause
    answer: Estimated | NotEstimated


def source_of(source: Source, referred_by: OrganisationClass | None) -> Source:
    """Returns the source. A referral from a police organisation counts as police, whatever its channel."""
    by_police = referred_by is OrganisationClass.POLICE and source is not Source.HKC_SCREENING
    return Source.POLICE if by_police else source
