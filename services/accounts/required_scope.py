"""The area or team through which a role gets its work: without it, its holder's list stays empty."""

from collections.abc import Collection

from services.contracts.codes import CLASSES_WORKED, RecipientClass, Role
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

AREA_NEEDED = FieldError("/areas", N_("A reviewer needs at least one area"))

# One message for each role of CLASSES_WORKED: a caseworker gets no case through a team of another kind.
TEAM_NEEDED = {
    Role.YOUTH_JUSTICE_CASEWORKER: FieldError(
        "/teams",
        N_("A youth justice caseworker needs at least one youth justice, children’s services or adult services team"),
    ),
    Role.EARLY_INTERVENTION_CASEWORKER: FieldError(
        "/teams",
        N_(
            "An early intervention caseworker needs at least one support service, children’s services or adult "
            "services team"
        ),
    ),
    Role.TEAM_MANAGER: FieldError(
        "/teams",
        N_(
            "A team manager needs at least one youth justice, support service, children’s services or adult services "
            "team"
        ),
    ),
}


class PlaceNeeded(Invalid):
    """A role was given without the area or team through which it gets its work."""


def lacking(
    roles: Collection[Role], *, areas: Collection[str], team_classes: Collection[RecipientClass]
) -> list[FieldError]:
    """Returns what these roles lack. `team_classes` are those of the account's teams."""
    found = [AREA_NEEDED] if Role.REVIEWER in roles and not areas else []
    return found + [
        sentence
        for role, sentence in TEAM_NEEDED.items()
        if role in roles and CLASSES_WORKED[role].isdisjoint(team_classes)
    ]


def check_scope(roles: Collection[Role], *, areas: Collection[str], team_classes: Collection[RecipientClass]) -> None:
    """Raises PlaceNeeded."""
    if found := lacking(roles, areas=areas, team_classes=team_classes):
        raise PlaceNeeded(errors=found)
