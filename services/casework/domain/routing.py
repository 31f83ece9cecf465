"""The proposed pathway and team. A person confirms them or chooses another that is allowed."""

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
"""The pathways that go to a team. The others open no case."""


class NoLawfulBasis(Invalid):
    """No recorded lawful basis covers the pathway's team."""

    title = N_("No lawful basis is recorded for this team")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This referral cannot be shared with the team yet. Record another lawful basis with your reason, or choose again."
            )
        )


class NotATeamForThis(Invalid):
    """The chosen team has another class than the pathway, or does not cover this area and age."""

    title = N_("Choose a team that can take this referral")


class NoTeam(Invalid):
    """No team of the pathway's class covers this area and age."""

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
    """What routing uses of a referral. It excludes the estimate: a score routes nothing."""

    area: str
    age: int | None
    age_basis: AgeBasis
    weapon_found_by_police: bool
    """Recorded by a police organisation; a referrer cannot set it."""
    covered: frozenset[RecipientClass]
    """The classes for which a lawful basis is recorded."""

    @property
    def treated_as_adult(self) -> bool:
        """Whether they are treated as 18 or over. An unknown or disputed age counts as under 18."""
        settled = self.age is not None and self.age_basis not in (AgeBasis.DISPUTED, AgeBasis.NOT_KNOWN)
        return settled and self.age is not None and self.age >= ADULT_AGE


@dataclass(frozen=True, kw_only=True)
class Route:
    """The teams of a pathway. `team` is proposed; `blocked`: no lawful basis covers its class."""

    pathway: Pathway
    recipient: RecipientClass
    team: Team | None
    others: tuple[Team, ...]
    blocked: bool


def proposed_pathway(subject: Subject) -> Pathway | None:
    """Returns the proposal of Operation Deter (Thames Valley): after police found a weapon, the youth justice service for a
    child and adult services for an adult. Otherwise None.
    """
    if not subject.weapon_found_by_police:
        return None
    return Pathway.ADULT_SERVICES if subject.treated_as_adult else Pathway.YOUTH_JUSTICE


def routes(subject: Subject, teams: Collection[Team]) -> list[Route]:
    """Returns one route per pathway that goes to a team."""
    return [_route(pathway, subject, teams) for pathway in TEAM_CLASS_OF]


def confirm(pathway: Pathway, team_id: UUID | None, subject: Subject, teams: Collection[Team]) -> Team | None:
    """Returns the team that takes the referral, or None for a pathway without a team.

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
        blocked=recipient not in subject.covered,
    )


def _able(recipient: RecipientClass, subject: Subject, teams: Collection[Team]) -> Sequence[Team]:
    """Returns the teams that cover the area and age, narrowest age range first."""
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
