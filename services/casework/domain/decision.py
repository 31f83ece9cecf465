"""What reviewers say of a referral: an own view, a decision, and a proposal that a second reviewer must agree to."""

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
    """While danger stands, one person alone does not decide on less than urgent support."""

    title = N_("A second reviewer must agree")


class NoSecondReviewer(Invalid):
    """Nobody else could agree, so what needs an agreement is refused."""

    title = N_("No second reviewer can agree to this")

    def __init__(self) -> None:
        urgent = N_("There may be immediate danger and no second reviewer covers this area: choose urgent")
        case = N_("Choose a case or a hand-over: no second reviewer covers this area")
        super().__init__(errors=[FieldError("/level", urgent), FieldError("/pathway", case)])


class NothingProposed(Conflict):
    """The proposal was answered, replaced, or made on facts that have changed since."""

    title = N_("There is no proposal to answer")


class OwnProposal(Forbidden):
    """Whoever proposed it is not the second reviewer."""

    title = N_("You proposed this, so another reviewer must answer")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The estimate that a reviewer was shown, as it then was. One without a band says that there is none any more.

    `cause` is why scoring made it: where it replaced another, why it did. `known_answers` of `all_answers` were known, both
    None in what was shown before they were counted.
    """

    sequence: int
    band: Band | None
    model_version: str | None
    probability: float | None = None
    cause: EstimateCause | None = None
    known_answers: int | None = None
    all_answers: int | None = None
    at: datetime | None = field(default=None, compare=False)

    def says_the_same_as(self, other: "Shown") -> bool:
        return (self.probability, self.band, self.model_version) == (other.probability, other.band, other.model_version)


@dataclass(kw_only=True)
class OwnView:
    """What one reviewer thought of one version of the facts. Only the showing of the estimate is added later."""

    id: UUID
    reviewer_id: UUID
    referral_version: int
    level: SupportLevel
    sureness: Sureness
    why: str
    recorded_at: datetime
    estimate_seen_before: bool
    shown_at: datetime | None = None
    """When an estimate was shown first."""
    shown: Shown | None = None
    """The one shown last: what a decision is compared with."""
    replaced: list[Shown] = field(default_factory=list)
    """Those shown before it, oldest first."""

    @property
    def seen(self) -> list[Shown]:
        """All that were shown, oldest first."""
        return [*self.replaced, self.shown] if self.shown else []

    def replacements(self) -> list[tuple[Shown, Shown]]:
        """Each estimate that was shown and replaced, with the one shown in its place."""
        return list(pairwise(self.seen))


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Made by a person. `reasons` is free text and stays in this service."""

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
    """When the estimate was shown that this decision had before it; a later showing is no part of it."""
    shown: Shown | None
    agreement_table: int = agreement.VERSION


class ProposalOutcome(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"
    REPLACED = "replaced"
    """A reviewer decided, or proposed something else."""
    FACTS_CHANGED = "facts_changed"
    WITHDRAWN = "withdrawn"
    """The referral was withdrawn, and a reviewer confirmed it."""


@dataclass(kw_only=True)
class Proposal:
    """A decision that counts once a second reviewer agrees. What became of it is added once and never changed."""

    id: UUID
    referral_version: int
    proposed: Decision
    outcome: ProposalOutcome | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    """Of a proposal that the referrer ended by changing the facts, nobody."""
    ended_reason: str | None = None

    def end(self, outcome: ProposalOutcome, *, at: datetime, by: UUID | None = None, reason: str | None = None) -> None:
        self.outcome, self.ended_by, self.ended_reason = outcome, by, reason
        self.ended_at = not_before(at, self.proposed.decided_at)
