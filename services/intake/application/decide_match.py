"""Use case: a reviewer links two referrals, records that they are about different persons, or undoes a link."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.application.matching import reassign_persons
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import publish_matches
from services.intake.domain.match import DetailsHidden, Match, MatchState
from services.intake.domain.viewer import Viewer
from services.platform.clock import just_after


@dataclass(frozen=True, kw_only=True)
class DecideMatch:
    match_id: UUID
    expected_version: int
    state: MatchState
    reason: str
    viewer: Viewer
    """Who decides."""


def decide_match(command: DecideMatch, uow: UnitOfWork) -> Match:
    """Raises NoSuchMatch, StaleMatch, MatchAlreadyDecided or DetailsHidden."""
    match = uow.matches.get(command.match_id, command.viewer)
    pair = [uow.referrals.get(referral_id) for referral_id in (match.earlier_id, match.later_id)]
    if command.state is not MatchState.UNDONE and any(referral.is_hidden for referral in pair):
        raise DetailsHidden
    by = command.viewer.staff_id
    at = just_after(uow.at, *(referral.recorded_at for referral in pair))
    match.decide(command.state, by=by, reason=command.reason, at=at, expected=command.expected_version)
    uow.matches.save(match)
    changed = [match]
    if match.state is not MatchState.LINKED and pair[0].person_id == pair[1].person_id:
        changed += _reopen_links(match, uow)
    to_publish = reassign_persons({referral.person_id for referral in pair}, changed, uow)
    publish_matches(to_publish, uow)
    uow.audit(
        f"match.{match.state.value}",
        subject_type="match",
        subject_id=match.id,
        details={"referrals": [str(referral.id) for referral in pair]},
    )
    return match


def _reopen_links(match: Match, uow: UnitOfWork) -> list[Match]:
    """Reopens the later referral's other links, since it was found to be about another person."""
    others = [other for other in uow.matches.for_referral(match.later_id) if other.state is MatchState.LINKED]
    for other in others:
        other.reopen(at=uow.at)
        uow.matches.save(other)
    return others
