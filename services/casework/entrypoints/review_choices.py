"""What the page of a decision offers: where a referral may go, what is proposed, and what stands in the way."""

from typing import Any

from flask_babel import gettext as _

from services.casework.domain.routing import Route, Subject, Team, proposed_pathway
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


def places(routes: list[Route]) -> list[Row]:
    """Every pathway with each of its teams, for radios; one that cannot be taken says why."""
    by_pathway = {route.pathway: route for route in routes}
    return [place for pathway in Pathway for place in _places(pathway, by_pathway.get(pathway))]


def missing_bases(routes: list[Route], bases_href: str) -> list[Row]:
    """Where a further basis would open a pathway that has a team."""
    return [
        {"href": f"{bases_href}?recipient={route.recipient.value}", "who": words(route.recipient)}
        for route in routes
        if route.blocked and route.team
    ]


def _places(pathway: Pathway, route: Route | None) -> list[Row]:
    if route is None:
        return [{"value": pathway.value, "text": words(pathway)}]
    if route.team is None:
        why = _("Not possible: no team of this kind serves this area and age.")
    elif route.blocked:
        why = _("Not possible yet: no lawful basis says that they may be told.")
    else:
        return [
            {
                "value": f"{pathway.value}:{team.code}",
                "text": f"{words(pathway)}: {team.name}",
                "hint": _("Proposed: it serves this area and these ages most closely.") if first else "",
            }
            for first, team in zip([bool(route.others)] + [False] * len(route.others), _teams(route), strict=True)
        ]
    return [{"value": pathway.value, "text": words(pathway), "hint": why}]


def _teams(route: Route) -> list[Team]:
    return [team for team in (route.team, *route.others) if team is not None]
