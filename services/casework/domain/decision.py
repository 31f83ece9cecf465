"""Own views, decisions, and proposals that need a second reviewer's agreement."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from services.casework.domain import agreement
from services.contracts.codes import Band, DifferenceReason, EstimateCause, Pathway, SupportLevel, Sureness
from services.platform.clock import not_before
from services.platform.errors import Conflict, FieldError, Forbidden, Invalid
from services.platform.i18n import N_


class AgreementNeeded(Conflict):
    """While there may be immediate danger, a decision on less than urgent support needs a second reviewer."""

    title = N_("A second reviewer must agree")


class NoSecondReviewer(Invalid):
    """No other reviewer could agree, so a decision that needs agreement is rejected."""

    title = N_("No second reviewer can agree to this")

    def __init__(self) -> None:
        urgent = N_("There may be immediate danger and no second reviewer covers this area: choose urgent")
        case = N_("Choose a case or a hand-over: no second reviewer covers this area")
        super().__init__(errors=[FieldError("/level", urgent), FieldError("/pathway", case)])


class NothingProposed(Conflict):
    """The proposal was answered, replaced, or ended by a change of the facts."""

    title = N_("There is no proposal to answer")


class OwnProposal(Forbidden):
    """The proposer cannot be the second reviewer."""

    title = N_("You proposed this, so another reviewer must answer")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An estimate as a reviewer was shown it. `band` is None if there was no longer an estimate.

    `cause` is why scoring computed it. `known_answers` of `all_answers` were known; both are None in records from before
    answers were counted.
    """

    sequence: int
    band: Band | None
    model_version: str | None
    probability: float | None = None
    cause: EstimateCause | None = None
    known_answers: int | None = None
    all_answers: int | None = None
    at: datetime | None = field(default=None, compare=False)

    def is_same_as(self, other: "Shown") -> bool:
        return (self.probability, self.band, self.model_version) == (other.probability, other.band, other.model_version)


@dataclass(kw_only=True)
class OwnView:
    """One reviewer's view of one version of the facts. Only what was shown is added later."""

    id: UUID
    reviewer_id: UUID
    referral_version: int
    level: SupportLevel
    sureness: Sureness
    why: str
    recorded_at: datetime
    estimate_seen_before: bool
    shown_at: datetime | None = None
    """When an estimate was first shown."""
    shown: Shown | None = None
    """The last one shown; decisions are compared with it."""
    replaced: list[Shown] = field(default_factory=list)
    """The ones shown before it, oldest first."""

    @property
    def seen(self) -> list[Shown]:
        """Returns all that were shown, oldest first."""
        return [*self.replaced, self.shown] if self.shown else []

    def replacements(self) -> list[tuple[Shown, Shown]]:
        """Returns pairs of each replaced estimate and the one shown after it."""
        return list(pairwise(self.seen))


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person's decision. `reasons` is free text and never leaves this service."""

    own_view: OwnView
    decided_by: UUID
    decided_at: datetime
    level: SupportLevel
    pathway: Pathway
    reasons: str
    difference_reasons: tuple[DifferenceReason, ...]
    agrees: bool | None
    team_id: UUID | None
    shown_at: datetime | None
    """When the estimate was shown on which the decision was based."""
    shown: Shown | None
    agreement_table: int = agreement.VERSION


class ProposalOutcome(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"
    REPLACED = "replaced"
    """A reviewer recorded a decision or another proposal."""
    FACTS_CHANGED = "facts_changed"
    WITHDRAWN = "withdrawn"
    """The referral was withdrawn, and a reviewer confirmed it."""


@dataclass(kw_only=True)
class Proposal:
    """A decision that takes effect when a second reviewer agrees. Its outcome is set once."""

    id: UUID
    referral_version: int
    proposed: Decision
    outcome: ProposalOutcome | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    """None if the referrer ended it by changing the facts."""
    ended_reason: str | None = None

    def end(self, outcome: ProposalOutcome, *, at: datetime, by: UUID | None = None, reason: str | None = None) -> None:
        self.outcome, self.ended_by, self.ended_reason = outcome, by, reason
        self.ended_at = not_before(at, self.proposed.decided_at)
