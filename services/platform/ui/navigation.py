"""The addresses that stand in the navigation, by role. They are the fixed ones of the design, not a service's code."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _

from services.contracts.codes import Role
from services.platform.i18n import N_

REFERRERS = frozenset({Role.NAVIGATOR, Role.REFERRER})
CASEWORKERS = frozenset({Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER})
AUDITORS = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})


@dataclass(frozen=True)
class Entry:
    text: str
    href: str
    roles: frozenset[Role]


ENTRIES = (
    Entry(N_("Make a referral"), "/intake/referrals/new", REFERRERS),
    Entry(N_("My referrals"), "/intake/referrals", REFERRERS),
    Entry(N_("Reviews"), "/casework/reviews", frozenset({Role.REVIEWER})),
    Entry(N_("Queue"), "/casework/queue", CASEWORKERS),
    Entry(N_("Caseloads"), "/casework/staff", frozenset({Role.TEAM_MANAGER})),
    Entry(N_("Hand-overs"), "/casework/hand-overs", CASEWORKERS | {Role.REVIEWER}),
    Entry(N_("Referral progress and waiting times"), "/oversight/", frozenset({Role.BOARD_MEMBER})),
    Entry(N_("Models"), "/scoring/models", frozenset({Role.DATA_SCIENTIST, Role.BOARD_MEMBER})),
    Entry(N_("Staff"), "/accounts/staff", frozenset({Role.ADMINISTRATOR})),
    Entry(N_("Teams"), "/accounts/teams", frozenset({Role.ADMINISTRATOR})),
    Entry(N_("Audit"), "/accounts/audit", AUDITORS),
    Entry(N_("Dead letters"), "/intake/dead-letters", frozenset({Role.ADMINISTRATOR})),
)


def items(roles: Collection[Role], *, at: str) -> list[dict[str, object]]:
    """Returns the entries for these roles in GOV.UK's format; the entry of the current address is marked."""
    mine = [entry for entry in ENTRIES if not entry.roles.isdisjoint(roles)]
    here = max((entry.href for entry in mine if _under(at, entry.href)), key=len, default="")
    return [{"text": _(entry.text), "href": entry.href, "active": entry.href == here} for entry in mine]


def _under(address: str, entry: str) -> bool:
    return address == entry or address.startswith(entry.rstrip("/") + "/")
