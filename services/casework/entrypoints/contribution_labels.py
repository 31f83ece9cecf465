"""Labels of the values behind an estimate and of their effect on it, for page, table and API.

Only the value determines its label, never whether it raises or lowers the estimate.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from services.casework.domain.estimate import Contribution
from services.casework.entrypoints.fact_labels import coded_value
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
class ContributionLabels:
    """`value` and `origin` are for rows; `wording` is label and value as one sentence.

    `origin` is "" for unknown values. `police` is how the police are involved, or "". `caution` warns that the training
    data had too few of such a value, or is "".
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


def worded(moved: Contribution) -> ContributionLabels:
    return ContributionLabels(
        label=moved.label,
        value=_value(moved),
        origin=_origin(moved),
        police=_police(moved),
        caution=_caution(moved),
        direction=_direction(moved.log_odds),
    )


def direction_label(log_odds: float) -> str:
    return str(_(_DIRECTIONS[_direction(log_odds)]))


def _direction(log_odds: float) -> Direction:
    if log_odds == 0:
        return Direction.NEITHER
    return Direction.RAISES if log_odds > 0 else Direction.LOWERS


def _value(moved: Contribution) -> str:
    value = moved.value
    if value is None:
        # Known, but outside the feature's period.
        return str(_("None") if moved.is_known else _("Not known"))
    if isinstance(value, bool):
        # An unticked box is not an answer: the referrer may not have considered it.
        no = _("Not selected") if moved.is_choice else _("No")
        return str(_("Yes") if value else no)
    if isinstance(value, str):
        return coded_value(moved.feature, value)
    if moved.in_days:
        return _days_before(value, moved.observed_on)
    # The model caps the count of earlier referrals, but each of them is a source.
    more = moved.is_counted and len(moved.sources) > value
    return str(_("%(number)d or more", number=value)) if more else str(value)


def _days_before(days: int, day: date | None) -> str:
    if days == 0:
        before = str(_("the day of the referral"))
    else:
        before = str(ngettext("%(num)d day before the referral", "%(num)d days before the referral", days))
    return f"{dates.day(day)}, {before}" if day else before


def _origin(moved: Contribution) -> str:
    """Returns the source of the value: this referral or an earlier one. Omits a date that is the value itself."""
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
        source = str(_(_FROM_EARLIER[moved.sources[0].source]))
        return f"{source}, {on}" if on else source
    if moved.is_counted:
        return str(_("earlier referrals in this area"))
    return str(_("from this referral (%(who)s)", who=_(_NAMES[moved.referral_source])))


def _police(moved: Contribution) -> str:
    """Returns how the police are involved. What others state about contact with the police is not a police record."""
    if moved.is_from_police:
        return str(_("recorded by the police") if moved.police_generated else _("stated by the police"))
    return str(_("about contact with the police")) if moved.police_generated and moved.is_known else ""


def _caution(moved: Contribution) -> str:
    """Returns the same caution whether or not it moved the estimate."""
    if not moved.few_seen:
        return ""
    return str(
        _("The model has seen too few young people with this answer to be sure what it means. Use your own judgement.")
    )
