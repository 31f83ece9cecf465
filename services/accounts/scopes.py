"""What a bearer token may do: for each service, read there or change there. A session may do what its person may."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from services.contracts.codes import Role


class Scope(StrEnum):
    """Named as `platform.web.access` asks for it: the service and what is done there."""

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
"""What the account of a partner's system can be given: it sends referrals and reads how far they have come."""

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
    """What a token gets by default: to read where these roles read, and to change nothing."""
    return frozenset().union(*(_READS[role] for role in roles))


def written(scopes: Collection[Scope]) -> str:
    """As a token's row and an introspection answer have them: in one text, with a space between (RFC 7662)."""
    return " ".join(sorted(scopes))
