"""An estimate as a reviewer may be shown it: what was computed, in the words of the model that computed it."""

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
class Moved:
    """How much one feature moved the estimate, in log-odds, and what is to be said of its value.

    `value` is None when it is not known, and when something known does not reach into the time that the feature looks
    at; `is_known` tells the two apart. A value `in_days` is how many days before the referral something was;
    one that `is_choice` says whether one of a question's answers was selected.
    `given_by` is who made the referral of the estimate; `sources` are the earlier referrals that the value comes from,
    newest first: none when it is the referral's own, or when it `is_counted` from our record and there are none.
    `few_seen` says that the model has seen too few young people with this value to have learned what it means.
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
    given_by: Source
    sources: tuple[SourceReferral, ...] = ()
    few_seen: bool = False
    is_choice: bool = False
    is_counted: bool = False

    @property
    def said_by_police(self) -> bool:
        """Whether the referral that gave the value is a police organisation's, or one of them is.

        That there are no earlier referrals is not said by any.
        """
        own = [] if self.is_counted else [self.given_by]
        said_by = [source.source for source in self.sources] or own
        return self.is_known and any(source in POLICE for source in said_by)


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """How many answers were known of all that the model takes."""

    known: int
    all: int


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """The chance of the harm event within `horizon_months`. Base and contributions sum to it in log-odds.

    One that is `sparse` is based on few answers, and is never shown without saying so first. `answers` is None in what was
    stored before they were counted.
    """

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
    answers: KnownAnswers | None = None
    sparse: bool = False


@dataclass(frozen=True, kw_only=True)
class NotEstimated:
    """`min_answers` is how many answers an estimate needs; None unless too few were known."""

    reason: NotEstimatedReason
    missing: tuple[str, ...]
    answers: KnownAnswers | None = None
    min_answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class EstimateShown:
    """What scoring said of one version of a referral. `sequence` tells it from what it said before, `cause` why again."""

    sequence: int
    cause: EstimateCause
    answer: Estimated | NotEstimated


def source_of(source: Source, referred_by: OrganisationClass | None) -> Source:
    """Who referred. What a police organisation's system sent comes from the police, however it came."""
    by_police = referred_by is OrganisationClass.POLICE and source is not Source.HKC_SCREENING
    return Source.POLICE if by_police else source
