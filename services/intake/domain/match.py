"""A match: two referrals that may be about one person, with its history."""

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
    """The match does not exist, or this viewer may not see both referrals."""


class StaleMatch(Stale):
    """The match was changed after it was read."""


class MatchAlreadyDecided(Conflict):
    title = N_("This match was already decided that way")


class DetailsHidden(Conflict):
    """Consent for one of the two was withdrawn: they can no longer be compared."""

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
        """Whether a person decided it: the rule does not overrule that."""
        return self.changed_by is not None

    def decide(self, state: MatchState, *, by: UUID, reason: str, at: datetime, expected: int) -> None:
        """Records a reviewer's decision to link, to separate, or to undo a link.

        Raises StaleMatch, or MatchAlreadyDecided if the state would not change.
        """
        if expected != self.version:
            raise StaleMatch
        if state is self.state or (state is MatchState.UNDONE and self.state is not MatchState.LINKED):
            raise MatchAlreadyDecided
        self._change(MatchChange(state=state, at=at, by=by, reason=reason))

    def find(
        self, state: MatchState, *, agreeing: tuple[str, ...], contradicting: tuple[str, ...], at: datetime
    ) -> bool:
        """Applies the rule's result. Returns False if nothing changed or a person has decided."""
        unchanged = (state, agreeing, contradicting) == (self.state, self.agreeing, self.contradicting)
        if unchanged or self.decided_by_a_person:
            return False
        self.agreeing, self.contradicting = agreeing, contradicting
        self._change(MatchChange(state=state, at=at))
        return True

    def reopen(self, *, at: datetime) -> None:
        """Reopens a link that depended on one which a person undid."""
        self._change(MatchChange(state=MatchState.POSSIBLE, at=at))

    def republish(self, *, at: datetime) -> None:
        """Raises the version so that the match is republished: a referral was assigned to another person."""
        self.version += 1
        self.changed_at = just_after(at, self.changed_at)

    def _change(self, change: MatchChange) -> None:
        """Keeps times increasing even if the clock was set back: the last change decides."""
        change = replace(change, at=just_after(change.at, self.changed_at))
        self.state, self.changed_at, self.changed_by = change.state, change.at, change.by
        self.version += 1
        self.new_changes.append(change)
