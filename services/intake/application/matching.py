"""Finds earlier referrals of the same person and records the matches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.application.ports import Candidate, Member, UnitOfWork
from services.intake.domain.age import Age
from services.intake.domain.content import YoungPerson
from services.intake.domain.known import Identifier, Known, SearchKey, known_of, search_keys
from services.intake.domain.match import Match, MatchChange, MatchState
from services.intake.domain.matching import Comparison, Verdict, compare
from services.intake.domain.referral import Referral

_DECIDED_DIFFERENT = (MatchState.NOT_SAME, MatchState.UNDONE)


@dataclass(frozen=True, kw_only=True)
class Found:
    candidate: Candidate
    comparison: Comparison


def search_keys_of(referral: Referral, uow: UnitOfWork) -> list[SearchKey]:
    """The keys by which the referral, as it now is, is found."""
    return search_keys(
        _known(referral.content.young_person, referral.age, referral.recorded_at, uow), uow.policy.match_key
    )


def find_matches(referral: Referral, uow: UnitOfWork) -> list[Found]:
    """The referrals that are, or may be, about the same person; the first received first."""
    known = _known(referral.content.young_person, referral.age, referral.recorded_at, uow)
    keys = search_keys(known, uow.policy.match_key)
    candidates = uow.people.candidates(keys, excluding=referral.id)
    if not candidates:
        return []
    shared = _shared(keys, uow, excluding=referral.id)
    compared = [
        Found(
            candidate=other,
            comparison=compare(known, _known(other.young_person, other.age, other.recorded_at, uow), shared=shared),
        )
        for other in candidates
    ]
    return [one for one in compared if one.comparison.verdict is not Verdict.UNRELATED]


def find_matches_again(referral: Referral, uow: UnitOfWork) -> list[Match]:
    """Matches a stored referral again. Returns every match to publish."""
    found = find_matches(referral, uow)
    uow.people.delete_keys(referral.id)
    uow.people.save_keys(referral.id, search_keys_of(referral, uow))
    changed = record_matches(referral, found, uow, existing=uow.matches.for_referral(referral.id))
    persons = {referral.person_id, *(one.candidate.person_id for one in found)}
    return reassign_persons(persons, changed, uow) if changed else []


def _known(young_person: YoungPerson, age: Age, at: datetime, uow: UnitOfWork) -> Known:
    return known_of(young_person, age=age, at=at, test_numbers=uow.policy.test_nhs_numbers)


def _shared(keys: Sequence[SearchKey], uow: UnitOfWork, *, excluding: UUID) -> set[Identifier]:
    """Returns the identifiers shared by so many persons that they are weak evidence, such as a hostel's postcode."""
    limits = uow.policy.shared_from
    counted = [key for key in keys if key.is_whole and key.identifier in limits]
    persons = uow.people.count_persons(counted, excluding=excluding)
    return {identifier for identifier, count in persons.items() if count >= limits[identifier]}


def person_to_join(found: Sequence[Found], uow: UnitOfWork) -> UUID | None:
    """The person whom a referral not seen before joins: the one of the first received that is surely the same."""
    return _first_same(found, refused=_contradicted_persons(found, uow))


def record_matches(
    referral: Referral, found: Sequence[Found], uow: UnitOfWork, *, existing: Sequence[Match]
) -> list[Match]:
    """Records the matches found for a referral; `existing` are its stored ones. Returns those that changed.

    The rule links a referral to one person at most, and never against a reviewer's decision.
    """
    before = {_other(match, referral.id): match for match in existing}
    person = _joins(referral, found, before, uow)
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


def reassign_persons(person_ids: Iterable[UUID], changed: Sequence[Match], uow: UnitOfWork) -> list[Match]:
    """Assigns one person to each group of linked referrals. Returns every match to publish: changed or reassigned."""
    members = {member.referral_id: member for member in uow.people.members(set(person_ids))}
    links = uow.matches.linked_among(list(members))
    moved = set()
    for referral_id, person_id in _persons(list(members.values()), links, uow).items():
        if members[referral_id].person_id != person_id:
            uow.people.move(referral_id, person_id)
            moved.add(referral_id)
    changed_ids = {match.id for match in changed}
    reassigned = [
        match for match in links if match.id not in changed_ids and {match.earlier_id, match.later_id} & moved
    ]
    for match in reassigned:
        match.republish(at=uow.at)
        uow.matches.save(match)
    return [*changed, *reassigned]


def _joins(referral: Referral, found: Sequence[Found], existing: dict[UUID, Match], uow: UnitOfWork) -> UUID | None:
    """The person that the rule may link the referral to."""
    if any(match.decided_by_a_person and match.state is MatchState.LINKED for match in existing.values()):
        return referral.person_id
    refused = _contradicted_persons(found, uow) | {
        one.candidate.person_id
        for one in found
        if (match := existing.get(one.candidate.referral_id))
        and match.decided_by_a_person
        and match.state in _DECIDED_DIFFERENT
    }
    stays = any(one.candidate.person_id == referral.person_id for one in _same(found, refused=refused))
    return referral.person_id if stays else _first_same(found, refused=refused)


def _first_same(found: Sequence[Found], *, refused: Collection[UUID]) -> UUID | None:
    return next((one.candidate.person_id for one in _same(found, refused=refused)), None)


def _same(found: Sequence[Found], *, refused: Collection[UUID]) -> list[Found]:
    return [one for one in found if one.comparison.verdict is Verdict.SAME and one.candidate.person_id not in refused]


def _contradicted_persons(found: Sequence[Found], uow: UnitOfWork) -> set[UUID]:
    """The persons of whom one referral speaks against this one, though another does not: a twin by way of a referral
    that gives no name. Where a person linked that referral, it speaks against nobody."""
    return {
        one.candidate.person_id
        for one in found
        if one.comparison.contradicts_identity and not _linked_by_a_person(one.candidate.referral_id, uow)
    }


def _linked_by_a_person(referral_id: UUID, uow: UnitOfWork) -> bool:
    linked = [match for match in uow.matches.for_referral(referral_id) if match.state is MatchState.LINKED]
    return any(match.decided_by_a_person for match in linked)


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
