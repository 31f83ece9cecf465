"""Scopes of a bearer token: for each service, reading or writing. A session has all rights of its account."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from services.contracts.codes import Role


class Scope(StrEnum):
    """Named as `platform.web.access` requires it: the service and the kind of access."""

    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    INTAKE_READ = "intake:read"
    INTAKE_WRITE = "intake:write"
    SCORING_READ = "scoring:read"
    SCORING_WRITE = "scoring:write"
    CASEWORK_READ = "casework:read"
    CASEWORK_WRITE = "casework:write"
    OVERSIGHT_READ = "oversight:read"
    OVERSIGHT_WRITE = "oversight:write"


EVERY = frozenset(Scope)
PROGRAMS = frozenset({Scope.INTAKE_READ, Scope.INTAKE_WRITE})
"""Scopes available to a partner's system: it sends referrals and reads their progress."""

_AUDIT = frozenset(scope for scope in Scope if scope.endswith(":read"))
_REFER = frozenset({Scope.INTAKE_READ})
_WORK = frozenset({Scope.CASEWORK_READ})
_READS: Mapping[Role, frozenset[Scope]] = {
    Role.NAVIGATOR: _REFER,
    Role.REFERRER: _REFER,
    Role.SCREENING_OFFICER: _REFER,
    Role.PARTNER_SYSTEM: _REFER,
    Role.REVIEWER: _WORK | _REFER,
    Role.YOUTH_JUSTICE_CASEWORKER: _WORK,
    Role.EARLY_INTERVENTION_CASEWORKER: _WORK,
    Role.TEAM_MANAGER: _WORK,
    Role.DATA_SCIENTIST: frozenset({Scope.SCORING_READ}),
    Role.BOARD_MEMBER: frozenset({Scope.OVERSIGHT_READ, Scope.SCORING_READ}),
    Role.DATA_PROTECTION_OFFICER: _AUDIT,
    Role.ADMINISTRATOR: _AUDIT,
}


def narrow(roles: Collection[Role]) -> frozenset[Scope]:
    """Returns the default scopes of a token: reading where these roles read, without writing."""
    return frozenset().union(*(_READS[role] for role in roles))


def written(scopes: Collection[Scope]) -> str:
    """Formats scopes as a token's row and an introspection response contain them: separated by spaces (RFC 7662)."""
    return " ".join(sorted(scopes))
