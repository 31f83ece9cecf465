"""Which pathway and which team are proposed. A person confirms, or picks another that is allowed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from services.contracts.codes import AgeBasis, Pathway, RecipientClass
from services.platform.errors import Invalid
from services.platform.i18n import N_

ADULT_AGE = 18

TEAM_CLASS_OF: Mapping[Pathway, RecipientClass] = MappingProxyType(
    {
        Pathway.YOUTH_JUSTICE: RecipientClass.YOUTH_JUSTICE,
        Pathway.EARLY_INTERVENTION: RecipientClass.SUPPORT_SERVICE,
        Pathway.SAFEGUARDING: RecipientClass.CHILDRENS_SERVICES,
        Pathway.ADULT_SERVICES: RecipientClass.ADULT_SERVICES,
    }
)
"""The pathways that go to a team; the others end with the review."""


class NoLawfulBasis(Invalid):
    """No recorded basis lets the pathway's team know of this referral."""

    title = N_("Nobody has said that this team may be told")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "There is no lawful basis for telling this team. Record a further basis with its reason, or choose again."
            )
        )


class NotATeamForThis(Invalid):
    """The team chosen is not of the pathway's class, or does not serve this area and age."""

    title = N_("Choose a team that can take this referral")


class NoTeam(Invalid):
    """No team of the pathway's class serves this area and age."""

    title = N_("No team can take this referral")

    def __init__(self) -> None:
        super().__init__(N_("No team for this pathway serves this area and age. Choose another pathway."))


@dataclass(frozen=True, kw_only=True)
class Team:
    id: UUID
    code: str
    name: str
    team_class: RecipientClass
    areas: frozenset[str]
    age_from: int
    age_to: int
    active: bool


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What routing knows of a referral. No estimate and no band: a score routes nothing."""

    area: str
    age: int | None
    age_basis: AgeBasis
    weapon_found_by_police: bool
    """Recorded by a police organisation: never a referrer's tick."""
    told: frozenset[RecipientClass]
    """The classes for which a lawful basis is recorded."""

    @property
    def treated_as_adult(self) -> bool:
        """An age that is unknown or disputed is treated as under 18."""
        settled = self.age is not None and self.age_basis not in (AgeBasis.DISPUTED, AgeBasis.NOT_KNOWN)
        return settled and self.age is not None and self.age >= ADULT_AGE


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a pathway may lead. `team` is proposed; `blocked` says that no basis lets its class know."""

    pathway: Pathway
    recipient: RecipientClass
    team: Team | None
    others: tuple[Team, ...]
    blocked: bool


def proposed_pathway(subject: Subject) -> Pathway | None:
    """After Operation Deter (Thames Valley): a weapon found by police leads a child to the youth justice service
    and an adult to adult services. Without such a finding the person's decision and the teams' ages say.
    """
    if not subject.weapon_found_by_police:
        return None
    return Pathway.ADULT_SERVICES if subject.treated_as_adult else Pathway.YOUTH_JUSTICE


def routes(subject: Subject, teams: Collection[Team]) -> list[Route]:
    """One route for each pathway that goes to a team."""
    return [_route(pathway, subject, teams) for pathway in TEAM_CLASS_OF]


def confirm(pathway: Pathway, team_id: UUID | None, subject: Subject, teams: Collection[Team]) -> Team | None:
    """The team that takes the referral, None for a pathway without one.

    Raises NoLawfulBasis, NoTeam, or NotATeamForThis.
    """
    if pathway not in TEAM_CLASS_OF:
        if team_id is not None:
            raise NotATeamForThis(N_("This pathway does not go to a team."))
        return None
    route = _route(pathway, subject, teams)
    if route.team is None:
        raise NoTeam
    if route.blocked:
        raise NoLawfulBasis
    chosen = next((team for team in (route.team, *route.others) if team.id == team_id), None)
    if chosen is None:
        raise NotATeamForThis(N_("Confirm the team, or choose another that serves this area and age."))
    return chosen


def _route(pathway: Pathway, subject: Subject, teams: Collection[Team]) -> Route:
    recipient = TEAM_CLASS_OF[pathway]
    able = _able(recipient, subject, teams)
    return Route(
        pathway=pathway,
        recipient=recipient,
        team=able[0] if able else None,
        others=tuple(able[1:]),
        blocked=recipient not in subject.told,
    )


def _able(recipient: RecipientClass, subject: Subject, teams: Collection[Team]) -> Sequence[Team]:
    """Teams that serve the area and age, the one for the narrowest ages first."""
    able = [
        team
        for team in teams
        if team.active and team.team_class is recipient and subject.area in team.areas and _serves_age(team, subject)
    ]
    return sorted(able, key=lambda team: (team.age_to - team.age_from, team.code))


def _serves_age(team: Team, subject: Subject) -> bool:
    if subject.age is None or subject.age_basis in (AgeBasis.DISPUTED, AgeBasis.NOT_KNOWN):
        return team.age_from < ADULT_AGE
    return team.age_from <= subject.age <= team.age_to
