"""The area or team that a role gets its work by: without it, its holder's list stays empty, whatever waits."""

from collections.abc import Collection

from services.contracts.codes import CLASSES_WORKED, RecipientClass, Role
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

AREA_NEEDED = FieldError("/areas", N_("A reviewer needs at least one area"))

# One sentence for each role of CLASSES_WORKED: a caseworker gets no case by a team of another kind.
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
    """A role that is given without the area or team that it gets its work by."""


def lacking(
    roles: Collection[Role], *, areas: Collection[str], team_classes: Collection[RecipientClass]
) -> list[FieldError]:
    """What these roles lack. `team_classes` are those of the teams that the account is in."""
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
