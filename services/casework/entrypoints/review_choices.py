"""What the page of a decision offers: where a referral may go, what is proposed, and what stands in the way."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from services.casework.domain.routing import Route, Subject, Team, proposed_pathway
from services.casework.domain.support_pathways import PATHWAYS_OF, levels_of, needs_agreement
from services.casework.entrypoints.danger_procedure import DangerProcedure
from services.casework.entrypoints.review_wording import words
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


def levels(*, danger: bool, second_reviewer: bool) -> list[Row]:
    """The levels that may be decided, each with where it may go; in danger, with who must agree."""
    return [
        {"value": level.value, "text": words(level), "hint": _goes_to(level, danger=danger)}
        for level in PATHWAYS_OF
        if second_reviewer or not needs_agreement(level, next(iter(PATHWAYS_OF[level])), danger=danger)
    ]


def places(routes: list[Route], *, danger: bool, second_reviewer: bool) -> list[Row]:
    """Every pathway with each of its teams, for radios; one that cannot be taken says why."""
    by_pathway = {route.pathway: route for route in routes}
    urgent = PATHWAYS_OF[SupportLevel.URGENT]
    offered = [pathway for pathway in Pathway if second_reviewer or not danger or pathway in urgent]
    return [place for pathway in offered for place in _places(pathway, by_pathway.get(pathway))]


def danger_procedure() -> DangerProcedure:
    found: DangerProcedure = current_app.extensions["casework"].danger
    return found


def _goes_to(level: SupportLevel, *, danger: bool) -> str:
    goes_to = _GOES_TO[level]
    if not needs_agreement(level, next(iter(PATHWAYS_OF[level])), danger=danger):
        return str(_(goes_to))
    return f"{_(goes_to)} {_('There may be immediate danger, so a second reviewer must agree.')}"


def missing_bases(routes: list[Route], bases_href: str) -> list[Row]:
    """Where a further basis would open a pathway that has a team."""
    return [
        {"href": f"{bases_href}?recipient={route.recipient.value}", "who": words(route.recipient)}
        for route in routes
        if route.blocked and route.team
    ]


def _places(pathway: Pathway, route: Route | None) -> list[Row]:
    if route is None:
        fitting = ", ".join(words(level) for level in levels_of(pathway))
        hint = _("Only with this support: %(levels)s.", levels=fitting)
        return [{"value": pathway.value, "text": words(pathway), "hint": hint}]
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
