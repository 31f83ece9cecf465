"""The ports of intake's use cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol
from uuid import UUID

from services.contracts.codes import OrganisationClass, RecipientClass
from services.contracts.schema import EventSchema
from services.intake.domain.age import Age, Scope
from services.intake.domain.content import YoungPerson
from services.intake.domain.known import Identifier, SearchKey
from services.intake.domain.lawful_basis import OrganisationClasses
from services.intake.domain.match import Match
from services.intake.domain.referral import Acknowledged, Referral
from services.intake.domain.viewer import Viewer
from services.platform.republish import RepublishJobs


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The partnership's rules, from the settings."""

    scope: Scope
    match_key: bytes
    """Keys the digests by which identifiers are looked for."""
    shared_from: Mapping[Identifier, int]
    """From this number of persons on, an identifier is shared and therefore weak evidence."""
    test_nhs_numbers: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Another referral that shares identifiers with the given one, with the identity in its newest version."""

    referral_id: UUID
    person_id: UUID
    received_at: datetime
    young_person: YoungPerson
    age: Age
    recorded_at: datetime


class MatchingStep(IntEnum):
    """How far a referral has come under the present rules of matching. Rules that change take the next two numbers."""

    KEYS_MADE = 1
    MATCHED = 2


@dataclass(frozen=True, kw_only=True)
class Member:
    """One referral of a person."""

    referral_id: UUID
    person_id: UUID
    received_at: datetime


class Referrals(Protocol):
    def get(self, referral_id: UUID) -> Referral:
        """Raises NoSuchReferral."""

    def add(self, referral: Referral, *, new_person: bool = True) -> None: ...
    def save(self, referral: Referral) -> None:
        """Writes it. Raises StaleReferral if another transaction has changed it since it was read."""

    def reference_taken(self, reference: str) -> bool: ...
    def known(self, referral_ids: Collection[UUID]) -> list[UUID]:
        """Those of these that there are."""

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        """The next by id that were received by that time; those of the lowest ids when `place` is None."""

    def history(self, referral_id: UUID) -> list[Referral]:
        """Returns each version as it was published, oldest first; area, site and person are the current ones."""


class AcknowledgedReferrals(Protocol):
    """What casework acknowledged of each referral."""

    def get(self, referral_id: UUID) -> Acknowledged:
        """Raises NoSuchReferral."""

    def save(self, referral_id: UUID, acknowledged: Acknowledged) -> None: ...


class People(Protocol):
    """Which referrals are about one person."""

    def candidates(self, keys: Sequence[SearchKey], *, excluding: UUID) -> list[Candidate]:
        """Referrals that may be about the person of these keys, however many they are; the first received first.

        Those with a whole key that is enough, or with another whole one and a key of another identifier beside it.
        Locks the whole keys until the commit.
        """

    def count_persons(self, keys: Sequence[SearchKey], *, excluding: UUID) -> Mapping[Identifier, int]:
        """Of how many persons there are referrals with the same identifier, for each of these keys."""

    def save_keys(self, referral_id: UUID, keys: Sequence[SearchKey]) -> None:
        """The keys by which this referral, that has none, is found from now on."""

    def delete_keys(self, referral_id: UUID) -> None: ...

    def members(self, person_ids: Collection[UUID]) -> list[Member]: ...
    def move(self, referral_id: UUID, person_id: UUID) -> None: ...
    def behind(self, step: MatchingStep, *, limit: int) -> list[UUID]:
        """The next referrals that have not come to this step of the present rules; they are held."""

    def reached(self, referral_id: UUID, step: MatchingStep) -> None: ...


class Matches(Protocol):
    def get(self, match_id: UUID, viewer: Viewer) -> Match:
        """Raises NoSuchMatch, for a match of which this reader may not know too."""

    def for_referral(self, referral_id: UUID) -> list[Match]: ...
    def linked_among(self, referral_ids: Collection[UUID]) -> list[Match]: ...
    def save(self, match: Match) -> None:
        """Raises StaleMatch if another transaction has changed it since it was read."""


class Drafts(Protocol):
    def save(
        self,
        draft_id: UUID,
        *,
        staff_id: UUID,
        answers: Mapping[str, Sequence[str]],
        expected_version: int,
        at: datetime,
    ) -> int:
        """Returns the version stored. Raises NoSuchDraft for another account's draft or one that was sent, and
        DraftChanged when another form saved other answers since."""

    def sent(self, draft_id: UUID, *, staff_id: UUID, referral_id: UUID) -> None:
        """Deletes the answers and stores the referral's id, so that sending twice gives the same referral."""

    def drop(self, draft_id: UUID, *, staff_id: UUID) -> None: ...
    def delete_expired(self, *, at: datetime) -> int: ...


class Teams(Protocol):
    def organisation_classes(self) -> OrganisationClasses:
        """The kinds of organisation behind the active teams of each class."""

    def upsert_if_newer(
        self,
        team_id: UUID,
        *,
        version: int,
        team_class: RecipientClass,
        organisation_class: OrganisationClass,
        active: bool,
    ) -> bool: ...


class Staff(Protocol):
    """Names only, of those who decide matches."""

    def upsert_if_newer(self, staff_id: UUID, *, version: int, display_name: str) -> bool: ...


class Unacknowledged(Protocol):
    """Referrals that casework has not acknowledged."""

    def due(self, *, at: datetime, limit: int) -> list[UUID]:
        """Returns the referrals to republish now."""

    def republished(self, referral_id: UUID, *, at: datetime) -> None: ...


class Publisher(Protocol):
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class UnitOfWork(Publisher, Protocol):
    """One transaction. It is committed by the dispatcher, never here."""

    referrals: Referrals
    acknowledgements: AcknowledgedReferrals
    people: People
    matches: Matches
    drafts: Drafts
    teams: Teams
    staff: Staff
    unacknowledged: Unacknowledged
    policy: Policy

    @property
    def republish_jobs(self) -> RepublishJobs: ...

    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> UUID | None: ...
    def new_id(self) -> UUID: ...
    def new_reference(self) -> str: ...
    def audit(
        self,
        what: str,
        *,
        subject_type: str,
        subject_id: UUID | str,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None: ...
