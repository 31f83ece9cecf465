"""Roles that one account may not combine, in one table: checked here and by the database, and never usable together."""

from collections.abc import Collection
from dataclasses import dataclass

from services.contracts.codes import OrganisationClass, Role
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_


@dataclass(frozen=True)
class Incompatible:
    """A role, what it must not be combined with (another role, or the class of the organisation), and the message."""

    role: Role
    other: Role | OrganisationClass
    sentence: str


# Reviewers and data scientists see estimates: one case by case, the other by pseudonym. Other roles do not.
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
    """Roles that one account may not combine, or not in an organisation of this class."""

    def __init__(self, found: Collection[Incompatible]) -> None:
        super().__init__(errors=[FieldError("/roles", one.sentence) for one in found])


def conflicts(roles: Collection[Role], organisation_class: OrganisationClass) -> list[Incompatible]:
    """Returns the rows of the table that these roles break, in an organisation of this class."""
    held = {*roles, organisation_class}
    return [one for one in INCOMPATIBLE if one.role in held and one.other in held]


def check_compatible(roles: Collection[Role], organisation_class: OrganisationClass) -> None:
    """Raises IncompatibleRoles."""
    if found := conflicts(roles, organisation_class):
        raise IncompatibleRoles(found)


def usable(roles: Collection[Role], organisation_class: OrganisationClass) -> frozenset[Role]:
    """Returns the effective roles: not a pair that an account has from before the pair was incompatible."""
    found = conflicts(roles, organisation_class)
    return frozenset(roles) - {one.role for one in found} - {one.other for one in found if isinstance(one.other, Role)}
