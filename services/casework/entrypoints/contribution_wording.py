"""The one place where a value that an estimate was made from, and what it did to the estimate, becomes words.

Page, table and API all show what is said here. The value alone decides how it is worded; whether it raises or lowers
the estimate stands apart from it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from services.casework.domain.estimate import Moved
from services.casework.entrypoints.fact_wording import coded_value
from services.contracts.codes import Source
from services.platform.i18n import N_
from services.platform.ui import dates

_FROM_EARLIER = {
    Source.AE_NAVIGATOR: N_("from an earlier A&E referral"),
    Source.HKC_SCREENING: N_("from an earlier police screening referral"),
    Source.SCHOOL: N_("from an earlier school or college referral"),
    Source.CUSTODY: N_("from an earlier custody referral"),
    Source.POLICE: N_("from an earlier police referral"),
    Source.PARTNER_SYSTEM: N_("from an earlier referral by a partner’s system"),
    Source.SELF_OR_FAMILY: N_("from an earlier referral by the young person or their family"),
}
_NAMES = {
    Source.AE_NAVIGATOR: N_("A&E"),
    Source.HKC_SCREENING: N_("police screening"),
    Source.SCHOOL: N_("school or college"),
    Source.CUSTODY: N_("custody"),
    Source.POLICE: N_("police"),
    Source.PARTNER_SYSTEM: N_("a partner’s system"),
    Source.SELF_OR_FAMILY: N_("the young person or their family"),
}


class Direction(StrEnum):
    RAISES = "raises"
    LOWERS = "lowers"
    NEITHER = "neither"


_DIRECTIONS = {
    Direction.RAISES: N_("Raises it"),
    Direction.LOWERS: N_("Lowers it"),
    Direction.NEITHER: N_("Does not change it"),
}


@dataclass(frozen=True, kw_only=True)
class ContributionWords:
    """`value` and `origin` apart, for rows; `wording` is label and value as one sentence.

    `origin` is "" of what is not known. `police` says what the police have to do with it, or nothing. `caution` says
    that the model has seen too few of such a value, or nothing.
    """

    label: str
    value: str
    origin: str
    police: str
    caution: str
    direction: Direction

    @property
    def wording(self) -> str:
        return f"{self.label}: {self.value}"


def worded(moved: Moved) -> ContributionWords:
    return ContributionWords(
        label=moved.label,
        value=_value(moved),
        origin=_origin(moved),
        police=_police(moved),
        caution=_caution(moved),
        direction=_direction(moved.log_odds),
    )


def direction_words(log_odds: float) -> str:
    return str(_(_DIRECTIONS[_direction(log_odds)]))


def _direction(log_odds: float) -> Direction:
    if log_odds == 0:
        return Direction.NEITHER
    return Direction.RAISES if log_odds > 0 else Direction.LOWERS


def _value(moved: Moved) -> str:
    value = moved.value
    if value is None:
        # Known, and not within the time that the feature looks at: nothing was found by a police two years ago.
        return str(_("None") if moved.is_known else _("Not known"))
    if isinstance(value, bool):
        # A box that was left empty is not an answer: the referrer may not have thought of it.
        no = _("Not selected") if moved.is_choice else _("No")
        return str(_("Yes") if value else no)
    if isinstance(value, str):
        return coded_value(moved.feature, value)
    if moved.in_days:
        return _days_before(value, moved.observed_on)
    # The model counts earlier referrals up to a number; each of them is a source all the same.
    more = moved.is_counted and len(moved.sources) > value
    return str(_("%(number)d or more", number=value)) if more else str(value)


def _days_before(days: int, day: date | None) -> str:
    if days == 0:
        before = str(_("the day of the referral"))
    else:
        before = str(ngettext("%(num)d day before the referral", "%(num)d days before the referral", days))
    return f"{dates.day(day)}, {before}" if day else before


def _origin(moved: Moved) -> str:
    """Who gave the value: this referral or an earlier one, by who made it. A date that is the value is not repeated."""
    if not moved.is_known:
        return ""
    on = "" if moved.in_days else dates.day(moved.observed_on)
    if len(moved.sources) > 1:
        names = ", ".join(str(_(_NAMES[source])) for source in dict.fromkeys(one.source for one in moved.sources))
        return str(
            _(
                "from %(number)d earlier referrals (%(names)s), the latest %(day)s",
                number=len(moved.sources),
                names=names,
                day=on,
            )
        )
    if moved.sources:
        said = str(_(_FROM_EARLIER[moved.sources[0].source]))
        return f"{said}, {on}" if on else said
    if moved.is_counted:
        return str(_("earlier referrals in this area"))
    return str(_("from this referral (%(who)s)", who=_(_NAMES[moved.given_by])))


def _police(moved: Moved) -> str:
    """What somebody else says about contact with the police is not what the police recorded."""
    if moved.said_by_police:
        return str(_("recorded by the police"))
    return str(_("about contact with the police")) if moved.police_generated and moved.is_known else ""


def _caution(moved: Moved) -> str:
    """The same words whether it moved the estimate or not: how far it should is not known in either case."""
    if not moved.few_seen:
        return ""
    return str(
        _("The model has seen too few young people with this answer to be sure what it means. Weigh it yourself.")
    )
