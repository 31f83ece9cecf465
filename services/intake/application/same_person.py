"""Looks whether a referral is about somebody who was referred before, and keeps what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake.application.ports import Candidate, Member, UnitOfWork
from services.intake.domain.match import Match, MatchChange, MatchState
from services.intake.domain.matching import Comparison, Known, Verdict, compare, known_of
from services.intake.domain.referral import Referral

_SAID_DIFFERENT = (MatchState.NOT_SAME, MatchState.UNDONE)


@dataclass(frozen=True, kw_only=True)
class Found:
    candidate: Candidate
    comparison: Comparison


def known(referral: Referral, uow: UnitOfWork) -> Known:
    """What is compared of the referral as it now is."""
    return known_of(referral.content.young_person, age=referral.age, at=referral.recorded_at, key=uow.policy.match_key)


def look(referral: Referral, uow: UnitOfWork) -> list[Found]:
    """The referrals that are, or may be, about the same person; the first received first."""
    mine = known(referral, uow)
    candidates = uow.people.sharing(mine.digests, but=referral.id)
    compared = [Found(candidate=other, comparison=compare(mine, other.known)) for other in candidates]
    found = [one for one in compared if one.comparison.verdict is not Verdict.UNRELATED]
    return sorted(found, key=lambda one: (one.candidate.received_at, one.candidate.referral_id))


def person_of_first(found: Sequence[Found]) -> UUID | None:
    """The person whom a referral not seen before joins: the one of the first received that is surely the same."""
    return next((one.candidate.person_id for one in found if one.comparison.verdict is Verdict.SAME), None)


def keep(referral: Referral, found: Sequence[Found], uow: UnitOfWork, *, held: Sequence[Match]) -> list[Match]:
    """Write down what was found of the referral, which has these matches. Gives those that changed.

    The rule joins a referral to one person at most, and never to one of whom a person said that it is somebody else.
    """
    before = {_other(match, referral.id): match for match in held}
    person = _joins(referral, found, before)
    changed = []
    for one in found:
        match = before.pop(one.candidate.referral_id, None)
        state = MatchState.LINKED if _links(one, person) else MatchState.POSSIBLE
        if match is None:
            changed.append(_new_match(referral, one, state, uow))
        elif match.find(state, agreeing=one.comparison.agreeing, contradicting=one.comparison.contradicting, at=uow.at):
            changed.append(match)
    changed += [
        match for match in before.values() if match.find(MatchState.UNDONE, agreeing=(), contradicting=(), at=uow.at)
    ]
    for match in changed:
        uow.matches.save(match)
    return changed


def settle_persons(person_ids: Iterable[UUID], changed: Sequence[Match], uow: UnitOfWork) -> list[Match]:
    """Give each group of linked referrals one person. Gives every match to tell of: those changed, and those moved."""
    members = {member.referral_id: member for member in uow.people.members(set(person_ids))}
    links = uow.matches.linked_among(list(members))
    moved = set()
    for referral_id, person_id in _persons(list(members.values()), links, uow).items():
        if members[referral_id].person_id != person_id:
            uow.people.move(referral_id, person_id)
            moved.add(referral_id)
    told = {match.id for match in changed}
    again = [match for match in links if match.id not in told and {match.earlier_id, match.later_id} & moved]
    for match in again:
        match.tell_again(at=uow.at)
        uow.matches.save(match)
    return [*changed, *again]


def _joins(referral: Referral, found: Sequence[Found], held: dict[UUID, Match]) -> UUID | None:
    """The person that the rule may link the referral to."""
    refused = {
        one.candidate.person_id
        for one in found
        if (match := held.get(one.candidate.referral_id))
        and match.decided_by_a_person
        and match.state in _SAID_DIFFERENT
    }
    if any(match.decided_by_a_person and match.state is MatchState.LINKED for match in held.values()):
        return referral.person_id
    same = [one for one in found if one.comparison.verdict is Verdict.SAME and one.candidate.person_id not in refused]
    stays = any(one.candidate.person_id == referral.person_id for one in same)
    return referral.person_id if stays else person_of_first(same)


def _links(one: Found, person: UUID | None) -> bool:
    return one.comparison.verdict is Verdict.SAME and one.candidate.person_id == person


def _new_match(referral: Referral, one: Found, state: MatchState, uow: UnitOfWork) -> Match:
    other = one.candidate
    earlier = (other.received_at, other.referral_id) < (referral.received_at, referral.id)
    return Match(
        id=uow.new_id(),
        earlier_id=other.referral_id if earlier else referral.id,
        later_id=referral.id if earlier else other.referral_id,
        state=state,
        agreeing=one.comparison.agreeing,
        contradicting=one.comparison.contradicting,
        changed_at=uow.at,
        new_changes=[MatchChange(state=state, at=uow.at)],
    )


def _other(match: Match, referral_id: UUID) -> UUID:
    return match.later_id if match.earlier_id == referral_id else match.earlier_id


def _persons(members: Sequence[Member], links: Sequence[Match], uow: UnitOfWork) -> dict[UUID, UUID]:
    """The person of each referral: one for each group that links join, the first received keeping its person."""
    group = {member.referral_id: member.referral_id for member in members}

    def root(referral_id: UUID) -> UUID:
        while group[referral_id] != referral_id:
            referral_id = group[referral_id]
        return referral_id

    for link in links:
        group[root(link.later_id)] = root(link.earlier_id)
    person_of: dict[UUID, UUID] = {}
    given: set[UUID] = set()
    for member in sorted(members, key=lambda member: (member.received_at, member.referral_id)):
        first = root(member.referral_id)
        if first not in person_of:
            person_of[first] = uow.new_id() if member.person_id in given else member.person_id
            given.add(person_of[first])
    return {member.referral_id: person_of[root(member.referral_id)] for member in members}
