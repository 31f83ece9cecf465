"""Who may know what, as design.md 8.11 says it: plain Python, written apart from the queries that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

from services.contracts.codes import OrganisationClass, Pathway, RecipientClass, Role
from services.platform.ui import dates

AUDITORS = {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}
HANDED_OVER = {Pathway.SAFEGUARDING, Pathway.ADULT_SERVICES}
_RECEIVERS = {RecipientClass.CHILDRENS_SERVICES, RecipientClass.ADULT_SERVICES}
WORKS = {
    Role.YOUTH_JUSTICE_CASEWORKER: {RecipientClass.YOUTH_JUSTICE, *_RECEIVERS},
    Role.EARLY_INTERVENTION_CASEWORKER: {RecipientClass.SUPPORT_SERVICE, *_RECEIVERS},
    Role.TEAM_MANAGER: {RecipientClass.YOUTH_JUSTICE, RecipientClass.SUPPORT_SERVICE, *_RECEIVERS},
}


class What(StrEnum):
    """What can be known of a referral. The reference and those that end in _ID are known to auditors, by reference or id."""

    WRITTEN = auto()
    """Who the young person is and what happened, as the referrer wrote it."""
    REFERENCE = auto()
    INITIALS = auto()
    REFERRAL_ID = auto()
    PERSON_ID = auto()
    REVIEW_ID = auto()
    OWN_VIEW = auto()
    REASONS = auto()
    """Why a reviewer decided, and why a further basis holds."""
    ESTIMATE = auto()
    ESTIMATE_ID = auto()
    MATCH = auto()
    MATCH_ID = auto()
    CASE_ID = auto()
    RECORD = auto()
    """What is written down in the case."""
    RECORD_ID = auto()


@dataclass(kw_only=True)
class Member:
    id: UUID
    organisation: UUID
    organisation_class: OrganisationClass
    roles: frozenset[Role]
    teams: frozenset[UUID]
    areas: frozenset[str]

    @property
    def is_police(self) -> bool:
        return self.organisation_class is OrganisationClass.POLICE


@dataclass(kw_only=True)
class Case:
    id: UUID
    team: UUID
    team_class: RecipientClass
    pathway: Pathway
    assignee: UUID | None = None
    closed: bool = False
    confirmed: bool = False
    in_contact: bool = False
    notes: list[UUID] = field(default_factory=list)

    @property
    def is_hand_over(self) -> bool:
        return self.pathway in HANDED_OVER


@dataclass(kw_only=True)
class Referral:
    """What became of one referral. `author` is the account that sent it, a person's or an organisation's system."""

    number: int
    id: UUID
    review: UUID
    """The nil id until it has opened."""
    author: UUID
    by_system: bool
    organisation: UUID
    area: str
    told: Mapping[RecipientClass, date | None]
    """Whom the referrer said may be told, and until when."""
    consent_gone: set[RecipientClass] = field(default_factory=set)
    """Whose consent was taken back while it held."""
    added: set[RecipientClass] = field(default_factory=set)
    """Whom a reviewer said may be told besides."""
    version: int = 1
    read_version: int = 1
    """The version that the reviewers have, or had when one of them decided."""
    own_views: dict[UUID, int] = field(default_factory=dict)
    """Which version each reviewer's newest own view is of."""
    decided_by: UUID | None = None
    ended: bool = False
    case: Case | None = None
    whom: int
    """Whom it is about, as the system has been told: the number of one of their referrals."""
    received_at: datetime
    stated_at: datetime
    """When its newest version was sent: what it knows of the person is of the days before."""
    facts: Mapping[str, Any]
    withdrawn: bool = False
    person: UUID | None = None
    """Whom casework holds it to be about."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something of the referral of this number; `by` is whose own view, `version` which version's estimate."""

    what: What
    of: int
    by: UUID | None = None
    version: int | None = None
    also_of: int | None = None
    """The other referral of a match."""


@dataclass(frozen=True)
class Rule:
    """The rule on one day (in London)."""

    on: date

    def covers(self, referral: Referral, recipient: RecipientClass) -> bool:
        """Whether a recorded basis lets this class know: its last day itself still holds."""
        if recipient in referral.added:
            return True
        until = referral.told.get(recipient, date.min)
        return until is None or until >= self.on

    def wrote(self, member: Member, referral: Referral) -> bool:
        """An account knows what it sent; a partner's system, what any system of its organisation sent."""
        is_system = Role.PARTNER_SYSTEM in member.roles
        of_systems = is_system and referral.by_system and referral.organisation == member.organisation
        return referral.author == member.id or of_systems

    def reviews(self, member: Member, referral: Referral) -> bool:
        """Reviewers know the referrals of their areas, if triage may be told, but never their own."""
        return (
            Role.REVIEWER in member.roles
            and not member.is_police
            and referral.area in member.areas
            and self.covers(referral, RecipientClass.TRIAGE)
            and referral.author != member.id
        )

    def in_team(self, member: Member, referral: Referral) -> bool:
        """A case's team, if a basis covers its class: those of it who work cases of that class."""
        case = referral.case
        return case is not None and self.can_work(member, case) and self.covers(referral, case.team_class)

    def can_work(self, member: Member, case: Case) -> bool:
        """Whether they have what the case needs, whatever its referral lets them know."""
        works = any(case.team_class in WORKS.get(role, ()) for role in member.roles)
        return works and case.team in member.teams and not member.is_police

    def lists(self, member: Member, referral: Referral) -> bool:
        """Initials, reference, due date: its team; and of a hand-over, who may know the referral that was handed over."""
        case = referral.case
        handed_over = case is not None and case.is_hand_over and self.reviews(member, referral)
        return handed_over or self.in_team(member, referral)

    def noticed(self, member: Member, referral: Referral) -> bool:
        """Initials and reference, and that consent was withdrawn: the team of an unfinished case that it may not read."""
        case = referral.case
        if case is None or member.is_police or case.team not in member.teams or case.closed or case.confirmed:
            return False
        works = any(case.team_class in WORKS.get(role, ()) for role in member.roles)
        return works and case.team_class in referral.consent_gone and not self.covers(referral, case.team_class)

    def manages(self, member: Member, referral: Referral) -> bool:
        return self.in_team(member, referral) and Role.TEAM_MANAGER in member.roles

    def works(self, member: Member, referral: Referral) -> bool:
        """The rest: the assigned worker and their manager."""
        assigned = referral.case is not None and referral.case.assignee == member.id
        return self.manages(member, referral) or (assigned and self.in_team(member, referral))

    def hears_of(self, member: Member, referral: Referral, referrals: Mapping[int, Referral]) -> bool:
        """Who works a case hears of a later referral of the same person that its team's class may be told of."""
        return any(
            other.case is not None
            and other.person == referral.person
            and other.number < referral.number
            and self.works(member, other)
            and self.covers(referral, other.case.team_class)
            for other in referrals.values()
        )

    def sees_estimate(self, member: Member, referral: Referral) -> bool:
        """A reviewer, after their own view of the facts as they now are."""
        return self.reviews(member, referral) and referral.own_views.get(member.id) == referral.read_version

    def history(self, referral: Referral, referrals: Mapping[int, Referral]) -> list[Referral]:
        """What its estimate may draw on, newest first: who may read it covers its area, and so knows these."""
        found = [
            other
            for other in referrals.values()
            if other.whom == referral.whom
            and other.area == referral.area
            and not other.withdrawn
            and other.received_at < referral.received_at
            and dates.local(other.received_at).date() < dates.local(referral.stated_at).date()
        ]
        return sorted(found, key=lambda one: one.received_at, reverse=True)

    def sees_pseudonyms(self, member: Member) -> bool:
        return Role.DATA_SCIENTIST in member.roles and not member.is_police

    def may(self, member: Member, thing: Thing, referrals: Mapping[int, Referral]) -> bool:
        """Whether the member may be told the thing."""
        if (thing.what.endswith("_id") or thing.what is What.REFERENCE) and member.roles & AUDITORS:
            return True
        referral = referrals[thing.of]
        reviews, works = self.reviews(member, referral), self.works(member, referral)
        whole = reviews or works
        match thing.what:
            case What.WRITTEN | What.REFERRAL_ID:
                return whole or self.wrote(member, referral)
            case What.REFERENCE if self.hears_of(member, referral, referrals):
                return True
            case What.REFERENCE | What.INITIALS:
                listed = self.lists(member, referral) or self.noticed(member, referral)
                return whole or self.wrote(member, referral) or listed
            case What.REVIEW_ID | What.PERSON_ID | What.REASONS:
                return whole
            case What.OWN_VIEW:
                return reviews and thing.by == member.id
            case What.ESTIMATE:
                current = thing.version == referral.read_version
                return self.sees_pseudonyms(member) or (current and self.sees_estimate(member, referral))
            case What.ESTIMATE_ID:
                return self.sees_pseudonyms(member)
            case What.MATCH | What.MATCH_ID:
                other = referrals[thing.of if thing.also_of is None else thing.also_of]
                return reviews and self.reviews(member, other)
            case What.CASE_ID:
                return self.lists(member, referral) or self.noticed(member, referral)
            case What.RECORD | What.RECORD_ID:
                return works
