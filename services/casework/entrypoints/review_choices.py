"""What the page of a decision offers: where a referral may go, what is proposed, and what stands in the way."""

from typing import Any

from flask_babel import gettext as _

from services.casework.domain.routing import TEAM_CLASS_OF, Route, Subject, proposed_pathway
from services.casework.entrypoints.review_wording import words
from services.contracts.codes import Pathway

Row = dict[str, Any]


def proposal(subject: Subject) -> str:
    """Why a pathway is proposed, or nothing. A person still chooses."""
    pathway = proposed_pathway(subject)
    if pathway is None:
        return ""
    why = _("aged 18 or over") if subject.treated_as_adult else _("aged under 18, or of an age that is not settled")
    return str(
        _(
            "The police recorded a weapon. For a young person %(why)s, the local agreement (Operation Deter) proposes: "
            "%(pathway)s. You may choose otherwise.",
            why=why,
            pathway=words(pathway),
        )
    )


def pathways(routes: list[Route], bases_href: str) -> list[Row]:
    """Every pathway, with its teams; one that is blocked says what is missing."""
    by_pathway = {route.pathway: route for route in routes}
    return [_pathway(pathway, by_pathway.get(pathway), bases_href) for pathway in Pathway]


def proposed_teams(routes: list[Route]) -> dict[str, str]:
    """The code of the team proposed for each pathway that can be taken."""
    return {route.pathway.value: route.team.code for route in routes if route.team and not route.blocked}


def _pathway(pathway: Pathway, route: Route | None, bases_href: str) -> Row:
    row: Row = {"value": pathway.value, "text": words(pathway), "hint": "", "teams": [], "basis_href": "", "block": ""}
    if route is None:
        return row
    if route.team is None:
        return row | {"hint": _("Not possible: no team of this kind serves this area and age.")}
    if route.blocked:
        who = words(TEAM_CLASS_OF[pathway])
        return row | {
            "hint": _("Not possible yet: no lawful basis is recorded."),
            "block": _("Nobody has recorded a lawful basis for telling: %(who)s.", who=who),
            "basis_href": f"{bases_href}?recipient={route.recipient.value}",
        }
    teams = [{"value": team.code, "text": team.name} for team in (route.team, *route.others)]
    return row | {"teams": teams}
