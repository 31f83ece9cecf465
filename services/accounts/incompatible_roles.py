"""The roles that no account may hold together, in one table: checked here and by the database, and never usable together."""

from collections.abc import Collection
from dataclasses import dataclass

from services.contracts.codes import OrganisationClass, Role
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_


@dataclass(frozen=True)
class Incompatible:
    """A role, what it must not meet (another role, or the class of the account's organisation), and how that is said."""

    role: Role
    other: Role | OrganisationClass
    sentence: str


# Reviewers and data scientists see estimates: one case by case, the other by pseudonym. No other role does.
INCOMPATIBLE = (
    Incompatible(Role.REVIEWER, Role.DATA_SCIENTIST, N_("An account cannot be both reviewer and data scientist")),
    Incompatible(
        Role.BOARD_MEMBER,
        Role.DATA_SCIENTIST,
        N_("An account cannot be both oversight board member and data scientist"),
    ),
    Incompatible(
        Role.ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
        N_("An account cannot be both administrator and data protection officer"),
    ),
    Incompatible(
        Role.REVIEWER, OrganisationClass.POLICE, N_("An account of a police organisation cannot be a reviewer")
    ),
    Incompatible(
        Role.DATA_SCIENTIST,
        OrganisationClass.POLICE,
        N_("An account of a police organisation cannot be a data scientist"),
    ),
)


class IncompatibleRoles(Invalid):
    """Roles that no account may hold together, or not in an organisation of this class."""

    def __init__(self, found: Collection[Incompatible]) -> None:
        super().__init__(errors=[FieldError("/roles", one.sentence) for one in found])


def conflicts(roles: Collection[Role], organisation_class: OrganisationClass) -> list[Incompatible]:
    """Which rows of the table these roles break, in an organisation of this class."""
    held = {*roles, organisation_class}
    return [one for one in INCOMPATIBLE if one.role in held and one.other in held]


def check_compatible(roles: Collection[Role], organisation_class: OrganisationClass) -> None:
    """Raises IncompatibleRoles."""
    if found := conflicts(roles, organisation_class):
        raise IncompatibleRoles(found)


def usable(roles: Collection[Role], organisation_class: OrganisationClass) -> frozenset[Role]:
    """The roles that give rights: none of a pair that an account holds from before the pair was incompatible."""
    found = conflicts(roles, organisation_class)
    return frozenset(roles) - {one.role for one in found} - {one.other for one in found if isinstance(one.other, Role)}
