"""The transaction of intake's use cases, in memory. It passes the same suite as the one over a database."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.codes import OrganisationClass, RecipientClass
from services.contracts.schema import EventSchema
from services.intake.application.drafts import DRAFT_LIFETIME, DraftChanged, NoSuchDraft
from services.intake.application.ports import Candidate, MatchingStep, Member, Policy
from services.intake.domain.age import Scope
from services.intake.domain.known import Identifier, SearchKey
from services.intake.domain.match import Match, MatchState, NoSuchMatch, StaleMatch
from services.intake.domain.referral import Acknowledged, NoSuchReferral, Referral, StaleReferral
from services.intake.domain.viewer import Viewer
from tests.fakes.republish import FakeRepublishJobs

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
POLICY = Policy(
    scope=Scope(youngest=10, oldest=25, younger="Too young: go there", older="Too old: go there"),
    match_key=b"a key of the tests",
    shared_from={Identifier.NHS_NUMBER: 2, Identifier.PHONE: 2, Identifier.POSTCODE: 5},
    test_nhs_numbers=True,
)


class FakeReferrals:
    def __init__(self) -> None:
        self.stored: dict[UUID, Referral] = {}
        self._versions: dict[UUID, int] = {}
        self._history: dict[UUID, list[Referral]] = {}

    def get(self, referral_id: UUID) -> Referral:
        if referral_id not in self.stored:
            raise NoSuchReferral
        return self.stored[referral_id]

    def add(self, referral: Referral, *, new_person: bool = True) -> None:
        self.stored[referral.id] = referral
        self._versions[referral.id] = referral.version
        self._history[referral.id] = [copy(referral)]

    def save(self, referral: Referral) -> None:
        if self.stored[referral.id] is not referral and self._versions[referral.id] != referral.version - 1:
            raise StaleReferral
        self.stored[referral.id] = referral
        self._versions[referral.id] = referral.version
        if self._history[referral.id][-1].content is not referral.content:
            self._history[referral.id].append(copy(referral))

    def reference_taken(self, reference: str) -> bool:
        return any(referral.reference == reference for referral in self.stored.values())

    def known(self, referral_ids: Collection[UUID]) -> list[UUID]:
        return sorted(referral_id for referral_id in referral_ids if referral_id in self.stored)

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        found = sorted(referral.id for referral in self.stored.values() if referral.received_at <= received_by)
        return [referral_id for referral_id in found if last_id is None or referral_id > last_id][:limit]

    def history(self, referral_id: UUID) -> list[Referral]:
        return self._history[referral_id]


class FakeAcknowledgements:
    def __init__(self, referrals: FakeReferrals) -> None:
        self._referrals = referrals
        self._versions: dict[UUID, int] = {}

    def get(self, referral_id: UUID) -> Acknowledged:
        referral = self._referrals.get(referral_id)
        return Acknowledged(progress=referral.progress, version=self._versions.get(referral_id, 0))

    def save(self, referral_id: UUID, acknowledged: Acknowledged) -> None:
        self._referrals.get(referral_id).progress = acknowledged.progress
        self._versions[referral_id] = acknowledged.version


class FakePeople:
    def __init__(self, referrals: FakeReferrals) -> None:
        self._referrals = referrals
        self._keys: dict[UUID, Sequence[SearchKey]] = {}
        self.steps: dict[UUID, MatchingStep] = {}

    def candidates(self, keys: Sequence[SearchKey], *, excluding: UUID) -> list[Candidate]:
        found = []
        for referral_id, its_keys in self._keys.items():
            shared = set(keys) & set(its_keys)
            identifiers = {key.identifier for key in shared}
            whole = [key for key in shared if key.is_whole]
            if referral_id != excluding and any(key.is_sufficient or len(identifiers) > 1 for key in whole):
                referral = self._referrals.get(referral_id)
                found.append(
                    Candidate(
                        referral_id=referral_id,
                        person_id=referral.person_id,
                        received_at=referral.received_at,
                        young_person=referral.content.young_person,
                        age=referral.age,
                        recorded_at=referral.recorded_at,
                    )
                )
        return sorted(found, key=lambda candidate: (candidate.received_at, candidate.referral_id))

    def count_persons(self, keys: Sequence[SearchKey], *, excluding: UUID) -> Mapping[Identifier, int]:
        persons: dict[Identifier, set[UUID]] = {}
        for key in keys:
            for referral_id, its_keys in self._keys.items():
                if key in its_keys and referral_id != excluding:
                    persons.setdefault(key.identifier, set()).add(self._referrals.get(referral_id).person_id)
        return {identifier: len(ids) for identifier, ids in persons.items()}

    def save_keys(self, referral_id: UUID, keys: Sequence[SearchKey]) -> None:
        self._keys[referral_id] = keys

    def delete_keys(self, referral_id: UUID) -> None:
        self._keys.pop(referral_id, None)

    def behind(self, step: MatchingStep, *, limit: int) -> list[UUID]:
        ids = self._referrals.stored
        return [id for id in ids if self.steps.get(id, MatchingStep.MATCHED) < step][:limit]

    def reached(self, referral_id: UUID, step: MatchingStep) -> None:
        self.steps[referral_id] = step

    def members(self, person_ids: Collection[UUID]) -> list[Member]:
        return [
            Member(referral_id=referral.id, person_id=referral.person_id, received_at=referral.received_at)
            for referral in self._referrals.stored.values()
            if referral.person_id in person_ids
        ]

    def move(self, referral_id: UUID, person_id: UUID) -> None:
        self._referrals.get(referral_id).person_id = person_id


class FakeMatches:
    def __init__(self, referrals: FakeReferrals) -> None:
        self._referrals = referrals
        self.stored: dict[UUID, Match] = {}
        self._versions: dict[UUID, int] = {}

    def get(self, match_id: UUID, viewer: Viewer) -> Match:
        match = self.stored.get(match_id)
        if match is None or not all(self._visible_to(viewer, id) for id in (match.earlier_id, match.later_id)):
            raise NoSuchMatch
        return match

    def _visible_to(self, viewer: Viewer, referral_id: UUID) -> bool:
        referral = self._referrals.get(referral_id)
        triage = [one for one in referral.content.bases if one.recipient_class is RecipientClass.TRIAGE]
        return (
            viewer.organisation_class is not OrganisationClass.POLICE
            and referral.area in viewer.areas
            and referral.referred_by.staff_id != viewer.staff_id
            and bool(triage)
        )

    def for_referral(self, referral_id: UUID) -> list[Match]:
        return [match for match in self.stored.values() if referral_id in (match.earlier_id, match.later_id)]

    def linked_among(self, referral_ids: Collection[UUID]) -> list[Match]:
        return [
            match
            for match in self.stored.values()
            if match.state is MatchState.LINKED and {match.earlier_id, match.later_id} <= set(referral_ids)
        ]

    def save(self, match: Match) -> None:
        stored_row = self.stored.get(match.id)
        if stored_row is not None and stored_row is not match and self._versions[match.id] != match.version - 1:
            raise StaleMatch
        match.new_changes.clear()
        self.stored[match.id] = match
        self._versions[match.id] = match.version


class FakeDrafts:
    def __init__(self) -> None:
        self.stored: dict[UUID, dict[str, Any]] = {}

    def save(
        self,
        draft_id: UUID,
        *,
        staff_id: UUID,
        answers: Mapping[str, Sequence[str]],
        expected_version: int,
        at: datetime,
    ) -> int:
        stored_row = self.stored.get(draft_id)
        if stored_row is not None and (stored_row["staff_id"] != staff_id or stored_row["referral_id"]):
            raise NoSuchDraft
        if stored_row is not None and stored_row["version"] != expected_version:
            if stored_row["answers"] != answers:
                raise DraftChanged
            return int(stored_row["version"])
        self.stored[draft_id] = {
            "version": expected_version + 1,
            "staff_id": staff_id,
            "answers": dict(answers),
            "expires_at": at + DRAFT_LIFETIME,
            "referral_id": None,
        }
        return expected_version + 1

    def sent(self, draft_id: UUID, *, staff_id: UUID, referral_id: UUID) -> None:
        stored_row = self.stored.get(draft_id)
        if stored_row is None or stored_row["staff_id"] != staff_id or stored_row["referral_id"]:
            raise NoSuchDraft
        stored_row |= {"answers": None, "referral_id": referral_id}

    def drop(self, draft_id: UUID, *, staff_id: UUID) -> None:
        stored_row = self.stored.get(draft_id)
        if stored_row is not None and stored_row["staff_id"] == staff_id and not stored_row["referral_id"]:
            del self.stored[draft_id]

    def delete_expired(self, *, at: datetime) -> int:
        expired = [draft_id for draft_id, stored_row in self.stored.items() if stored_row["expires_at"] < at]
        for draft_id in expired:
            del self.stored[draft_id]
        return len(expired)


class FakeTeams:
    def __init__(self) -> None:
        self.stored: dict[UUID, dict[str, Any]] = {}

    def organisation_classes(self) -> dict[RecipientClass, set[OrganisationClass]]:
        found: dict[RecipientClass, set[OrganisationClass]] = {}
        for team in self.stored.values():
            if team["active"]:
                found.setdefault(team["team_class"], set()).add(team["organisation_class"])
        return found

    def upsert_if_newer(self, team_id: UUID, **team: Any) -> bool:
        return _upsert_if_newer(self.stored, team_id, team)


class FakeStaff:
    def __init__(self) -> None:
        self.stored: dict[UUID, dict[str, Any]] = {}

    def upsert_if_newer(self, staff_id: UUID, **member: Any) -> bool:
        return _upsert_if_newer(self.stored, staff_id, member)


class FakeUnacknowledged:
    """Always empty: due times are computed in the database."""

    def due(self, *, at: datetime, limit: int) -> list[UUID]:
        return []

    def republished(self, referral_id: UUID, *, at: datetime) -> None:
        raise AssertionError("nothing was due")


class FakeUnitOfWork:
    def __init__(self, *, policy: Policy = POLICY, at: datetime = NOW, actor: UUID | None = None) -> None:
        self.policy = policy
        self.at = at
        self.actor = actor
        self.referrals = FakeReferrals()
        self.acknowledgements = FakeAcknowledgements(self.referrals)
        self.people = FakePeople(self.referrals)
        self.matches = FakeMatches(self.referrals)
        self.drafts = FakeDrafts()
        self.teams = FakeTeams()
        self.staff = FakeStaff()
        self.unacknowledged = FakeUnacknowledged()
        self.republish_jobs = FakeRepublishJobs()
        self.published: list[tuple[type[EventSchema], dict[str, Any]]] = []
        self.audited: list[tuple[str, str]] = []
        self.references = iter(f"R-{number:06}" for number in range(1000))

    def new_id(self) -> UUID:
        return uuid4()

    def new_reference(self) -> str:
        return next(self.references)

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        """What is published must be writable: the fake is as strict as the outbox."""
        schema.encode(data)
        self.published.append((schema, copy(dict(data))))

    def audit(self, what: str, *, subject_type: str, subject_id: UUID | str, **_: Any) -> None:
        self.audited.append((what, str(subject_id)))

    def events(self, schema: type[EventSchema]) -> list[dict[str, Any]]:
        """The events of one type, in order."""
        return [data for kind, data in self.published if kind is schema]


def _upsert_if_newer(stored: dict[UUID, dict[str, Any]], row_id: UUID, row: dict[str, Any]) -> bool:
    if row_id in stored and stored[row_id]["version"] >= row["version"]:
        return False
    stored[row_id] = row
    return True
