"""Which pathways fit which level of support: one table for the page, the API and its examples."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, Pathway, SupportLevel
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

PATHWAYS_OF: Mapping[SupportLevel, frozenset[Pathway]] = MappingProxyType(
    {
        SupportLevel.URGENT: CASE_PATHWAYS | HAND_OVERS,
        SupportLevel.PLANNED: CASE_PATHWAYS | HAND_OVERS,
        SupportLevel.LIGHT: frozenset({Pathway.EARLY_INTERVENTION, Pathway.UNIVERSAL_SUPPORT}) | HAND_OVERS,
        SupportLevel.NONE: frozenset({Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION}),
    }
)
_NEEDS: Mapping[SupportLevel, str] = MappingProxyType(
    {
        SupportLevel.URGENT: N_("Urgent support needs a case or a hand-over"),
        SupportLevel.PLANNED: N_("Planned support needs a case or a hand-over"),
        SupportLevel.LIGHT: N_("Light support goes to early intervention, universal services, or a hand-over"),
        SupportLevel.NONE: N_("No support goes with universal services or no further action"),
    }
)


class LevelAndPathwayDisagree(Invalid):
    """The pathway does not fit the level of support. The errors name both fields."""

    title = N_("The support and where the referral goes do not agree")

    def __init__(self, level: SupportLevel) -> None:
        super().__init__(
            _NEEDS[level],
            errors=[
                FieldError("/level", N_("Choose the support that fits where the referral goes")),
                FieldError("/pathway", _NEEDS[level]),
            ],
        )


def check(level: SupportLevel, pathway: Pathway) -> None:
    """Raises LevelAndPathwayDisagree unless the table lists the pathway for the level."""
    if pathway not in PATHWAYS_OF[level]:
        raise LevelAndPathwayDisagree(level)


def levels_of(pathway: Pathway) -> Collection[SupportLevel]:
    """Returns the levels that fit the pathway, most support first."""
    return [level for level, pathways in PATHWAYS_OF.items() if pathway in pathways]


def needs_agreement(level: SupportLevel, pathway: Pathway, *, danger: bool) -> bool:
    """Returns whether a second reviewer must agree: in danger, to anything except urgent support with a case or hand-over."""
    return danger and (level is not SupportLevel.URGENT or pathway not in CASE_PATHWAYS | HAND_OVERS)
