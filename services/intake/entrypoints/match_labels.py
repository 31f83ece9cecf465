"""What two referrals agree in and differ in, in words: for the page on which a reviewer compares them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from services.intake.domain.known import Identifier, Known
from services.intake.domain.matching import DATE_OF_BIRTH_SIMILAR, NAME_SIMILAR, Comparison, DateAgreement
from services.intake.domain.name_agreement import NameAgreement
from services.platform.i18n import N_

_NAMES: Mapping[NameAgreement | None, str] = {
    NameAgreement.REORDERED: N_("Same names in another order"),
    NameAgreement.SPACED: N_("Only spaces or hyphens differ"),
    NameAgreement.ALIAS: N_("Agrees with another name given"),
    NameAgreement.SPELLING: N_("Short form, or another spelling"),
    NameAgreement.PART: N_("Part of the name is missing"),
    NameAgreement.SIMILAR: N_("Written similarly"),
    NameAgreement.FAMILY: N_("Same family name"),
}
_DATES: Mapping[DateAgreement | None, str] = {
    DateAgreement.SWAPPED: N_("Day and month swapped"),
    DateAgreement.ONE_DIGIT: N_("One digit differs"),
}
_WEAK: Mapping[str, str] = {
    Identifier.NAME: N_("Not a full name"),
    Identifier.DATE_OF_BIRTH: N_("May be a guess or a default date"),
    Identifier.POSTCODE: N_("The address is an institution"),
    Identifier.NHS_NUMBER: N_("An example number"),
}


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The word of the tag with its colour, and what it means in this case. All empty when there is nothing to compare."""

    text: str = ""
    colour: str = ""
    detail: str = ""


def compared(name: str, one: Known, other: Known, comparison: Comparison) -> Compared:
    """Returns the comparison of one identifier.

    It does not state how many others share a phone or postcode: the reviewer may not see their referrals.
    """
    detail = {
        Identifier.NAME.value: _NAMES.get(comparison.name, ""),
        Identifier.DATE_OF_BIRTH.value: _DATES.get(comparison.born, ""),
    }.get(name, "")
    if name in comparison.contradicting:
        return Compared(text=_("Differs"), colour="orange", detail=_(detail) if detail else "")
    similar = {Identifier.NAME.value: NAME_SIMILAR, Identifier.DATE_OF_BIRTH.value: DATE_OF_BIRTH_SIMILAR}
    if similar.get(name) in comparison.agreeing:
        return Compared(text=_("Similar"), colour="yellow", detail=_(detail))
    if name not in comparison.agreeing:
        return Compared()
    if name in one.weak | other.weak and name in _WEAK:
        return Compared(text=_("Agrees"), colour="yellow", detail=_(_WEAK[name]))
    return Compared(text=_("Agrees"), colour="green")
