"""A match: two referrals that may be about one person, and what was found or said about that."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.platform.clock import just_after
from services.platform.errors import Conflict, NotFound, Stale
from services.platform.i18n import N_


class MatchState(StrEnum):
    """The values are those of the published language."""

    POSSIBLE = "possible"
    LINKED = "linked"
    NOT_SAME = "not_same"
    UNDONE = "undone"


class NoSuchMatch(NotFound):
    """There is none, or this person may not know of both referrals."""


class StaleMatch(Stale):
    """Somebody else decided the match after it was read."""


class MatchAlreadyDecided(Conflict):
    title = N_("This match was already decided that way")


class DetailsHidden(Conflict):
    """Consent for one of the two was taken back: nobody compares them any more."""

    title = N_("Consent was withdrawn, so the details cannot be compared")


@dataclass(frozen=True, kw_only=True)
class MatchChange:
    """One step of the match. `by` is None when the rule made it; then there is no reason in words."""

    state: MatchState
    at: datetime
    by: UUID | None = None
    reason: str | None = None


@dataclass(kw_only=True)
class Match:
    """The two referrals in the order in which they were received."""

    id: UUID
    earlier_id: UUID
    later_id: UUID
    state: MatchState
    agreeing: tuple[str, ...]
    contradicting: tuple[str, ...]
    changed_at: datetime
    changed_by: UUID | None = None
    version: int = 1
    new_changes: list[MatchChange] = field(default_factory=list)

    @property
    def decided_by_a_person(self) -> bool:
        """What a person said of two referrals, no later rule overrules."""
        return self.changed_by is not None

    def decide(self, state: MatchState, *, by: UUID, reason: str, at: datetime, expected: int) -> None:
        """A person says that they are one person, or are not, or takes a link back.

        Raises StaleMatch, or MatchAlreadyDecided when it is so already.
        """
        if expected != self.version:
            raise StaleMatch
        if state is self.state or (state is MatchState.UNDONE and self.state is not MatchState.LINKED):
            raise MatchAlreadyDecided
        self._change(MatchChange(state=state, at=at, by=by, reason=reason))

    def find(
        self, state: MatchState, *, agreeing: tuple[str, ...], contradicting: tuple[str, ...], at: datetime
    ) -> bool:
        """Take over what the rule finds now. False when nothing is new or a person has decided."""
        unchanged = (state, agreeing, contradicting) == (self.state, self.agreeing, self.contradicting)
        if unchanged or self.decided_by_a_person:
            return False
        self.agreeing, self.contradicting = agreeing, contradicting
        self._change(MatchChange(state=state, at=at))
        return True

    def reopen(self, *, at: datetime) -> None:
        """A link that rests on another one which a person took back: open again, whoever made it."""
        self._change(MatchChange(state=MatchState.POSSIBLE, at=at))

    def republish(self, *, at: datetime) -> None:
        """A person of the two was joined with another one: what was said of the two stays, and is told once more."""
        self.version += 1
        self.changed_at = just_after(at, self.changed_at)

    def _change(self, change: MatchChange) -> None:
        """A clock may be set back; whom the two are about is decided by whatever was said last."""
        change = replace(change, at=just_after(change.at, self.changed_at))
        self.state, self.changed_at, self.changed_by = change.state, change.at, change.by
        self.version += 1
        self.new_changes.append(change)
