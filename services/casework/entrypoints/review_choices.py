"""Options of the decision page: levels, destinations, the proposal, and missing lawful bases."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from services.casework.domain.routing import Route, Subject, Team, proposed_pathway
from services.casework.domain.support_pathways import PATHWAYS_OF, levels_of, needs_agreement
from services.casework.entrypoints.danger_procedure import DangerProcedure
from services.casework.entrypoints.review_labels import label
from services.contracts.codes import Pathway, SupportLevel
from services.platform.i18n import N_

Row = dict[str, Any]

_GOES_TO = {
    SupportLevel.URGENT: N_("Needs a case or a hand-over."),
    SupportLevel.PLANNED: N_("Needs a case or a hand-over."),
    SupportLevel.LIGHT: N_("Goes to early intervention, to universal services, or to a hand-over."),
    SupportLevel.NONE: N_("Goes to universal services, or no further action."),
}


def proposal(subject: Subject) -> str:
    """Returns why a pathway is proposed, or an empty text. A person still chooses."""
    pathway = proposed_pathway(subject)
    if pathway is None:
        return ""
    why = _("aged 18 or over") if subject.treated_as_adult else _("aged under 18, or whose age is not confirmed")
    return str(
        _(
            "The police recorded a weapon. For a young person %(why)s, the local agreement (Operation Deter) proposes: "
            "%(pathway)s. You may choose otherwise.",
            why=why,
            pathway=label(pathway),
        )
    )


def levels(*, danger: bool, second_reviewer: bool) -> list[Row]:
    """Returns the levels, each with its destinations; in danger, with who must agree."""
    return [
        {"value": level.value, "text": label(level), "hint": _goes_to(level, danger=danger)}
        for level in PATHWAYS_OF
        if second_reviewer or not needs_agreement(level, next(iter(PATHWAYS_OF[level])), danger=danger)
    ]


def destinations(routes: list[Route], *, danger: bool, second_reviewer: bool) -> list[Row]:
    """Returns every pathway with its teams, for radios; unavailable ones say why."""
    by_pathway = {route.pathway: route for route in routes}
    urgent = PATHWAYS_OF[SupportLevel.URGENT]
    offered = [pathway for pathway in Pathway if second_reviewer or not danger or pathway in urgent]
    return [destination for pathway in offered for destination in _destinations(pathway, by_pathway.get(pathway))]


def danger_procedure() -> DangerProcedure:
    found: DangerProcedure = current_app.extensions["casework"].danger
    return found


def _goes_to(level: SupportLevel, *, danger: bool) -> str:
    goes_to = _GOES_TO[level]
    if not needs_agreement(level, next(iter(PATHWAYS_OF[level])), danger=danger):
        return str(_(goes_to))
    return f"{_(goes_to)} {_('There may be immediate danger, so a second reviewer must agree.')}"


def missing_bases(routes: list[Route], bases_href: str) -> list[Row]:
    """Returns the recipients for which another lawful basis would make a pathway available."""
    return [
        {"href": f"{bases_href}?recipient={route.recipient.value}", "who": label(route.recipient)}
        for route in routes
        if route.blocked and route.team
    ]


def _destinations(pathway: Pathway, route: Route | None) -> list[Row]:
    if route is None:
        fitting = ", ".join(label(level) for level in levels_of(pathway))
        hint = _("Only with this support: %(levels)s.", levels=fitting)
        return [{"value": pathway.value, "text": label(pathway), "hint": hint}]
    if route.team is None:
        why = _("Not available: no team of this kind covers this area and age.")
    elif route.blocked:
        why = _("Not available: no lawful basis recorded for this team.")
    else:
        return [
            {
                "value": f"{pathway.value}:{team.code}",
                "text": f"{label(pathway)}: {team.name}",
                "hint": _("Suggested: the closest match for this area and age.") if first else "",
            }
            for first, team in zip([bool(route.others)] + [False] * len(route.others), _teams(route), strict=True)
        ]
    return [{"value": pathway.value, "text": label(pathway), "hint": why}]


def _teams(route: Route) -> list[Team]:
    return [team for team in (route.team, *route.others) if team is not None]
