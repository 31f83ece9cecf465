"""What the use cases of intake need from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.contracts.codes import OrganisationClass, RecipientClass
from services.contracts.schema import EventSchema
from services.intake.domain.age import Scope
from services.intake.domain.lawful_basis import Bodies
from services.intake.domain.match import Match
from services.intake.domain.match_reader import MatchReader
from services.intake.domain.matching import Digests, Known
from services.intake.domain.referral import Heard, Referral
from services.kernel.retelling import Retellings


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the partnership has settled, from the settings."""

    scope: Scope
    match_key: bytes
    """Keys the digests by which identifiers are compared."""
    test_nhs_numbers: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Another referral that shares an identifier with the one at hand."""

    referral_id: UUID
    person_id: UUID
    received_at: datetime
    known: Known


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
        """Write it only if nobody has since it was read. Raises StaleReferral."""

    def reference_taken(self, reference: str) -> bool: ...
    def known(self, referral_ids: Collection[UUID]) -> list[UUID]:
        """Those of these that there are."""

    def after(self, place: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        """The next by id that were received by that time; those of the lowest ids when `place` is None."""

    def history(self, referral_id: UUID) -> list[Referral]:
        """Each version as it was told, the first one first, but for area, site and person, which are as they now are."""


class HeardOf(Protocol):
    """What casework has said of each referral."""

    def get(self, referral_id: UUID) -> Heard:
        """Raises NoSuchReferral."""

    def keep(self, referral_id: UUID, heard: Heard) -> None: ...


class People(Protocol):
    """Which referrals are about one person."""

    def sharing(self, digests: Digests, *, but: UUID) -> list[Candidate]:
        """Referrals with this NHS number or with two of the other digests, however many they are.

        Fewer never say that it is one person. Until the commit nobody else may look for the same ones.
        """

    def remember(self, referral_id: UUID, known: Known) -> None:
        """The identifiers by which this referral, that has none, is found from now on."""

    def forget(self, referral_id: UUID) -> None: ...

    def members(self, person_ids: Collection[UUID]) -> list[Member]: ...
    def move(self, referral_id: UUID, person_id: UUID) -> None: ...


class Matches(Protocol):
    def get(self, match_id: UUID, reader: MatchReader) -> Match:
        """Raises NoSuchMatch, for a match of which this reader may not know too."""

    def of(self, referral_id: UUID) -> list[Match]: ...
    def linked_among(self, referral_ids: Collection[UUID]) -> list[Match]: ...
    def save(self, match: Match) -> None:
        """Raises StaleMatch when somebody else has since it was read."""


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
        """Returns the version stored. Raises NoSuchDraft for a draft of somebody else, or one that was sent, and
        DraftChanged when another form saved other answers since."""

    def sent(self, draft_id: UUID, *, staff_id: UUID, referral_id: UUID) -> None:
        """What was typed is forgotten; where it went is kept, for a second sending."""

    def drop(self, draft_id: UUID, *, staff_id: UUID) -> None: ...
    def forget_expired(self, *, at: datetime) -> int: ...


class Teams(Protocol):
    def bodies(self) -> Bodies:
        """The kinds of organisation behind the active teams of each class."""

    def keep(
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

    def keep(self, staff_id: UUID, *, version: int, display_name: str) -> bool: ...


class Unheard(Protocol):
    """What casework has not said that it knows."""

    def due(self, *, at: datetime, limit: int) -> list[UUID]:
        """The referrals to tell again now."""

    def told_again(self, referral_id: UUID, *, at: datetime) -> None: ...


class Publisher(Protocol):
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class UnitOfWork(Publisher, Protocol):
    """One transaction. It is committed by the dispatcher, never here."""

    referrals: Referrals
    heard: HeardOf
    people: People
    matches: Matches
    drafts: Drafts
    teams: Teams
    staff: Staff
    unheard: Unheard
    policy: Policy

    @property
    def retellings(self) -> Retellings: ...

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
