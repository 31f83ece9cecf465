"""Labels of a report's codes."""

from collections.abc import Mapping

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from services.contracts.codes import Pathway
from services.oversight.timelines import Step
from services.platform.i18n import N_

STEPS: Mapping[str, str] = {
    Step.WAITING: N_("Waiting for a reviewer"),
    Step.BEING_READ: N_("Under review"),
    Step.QUESTION_ASKED: N_("Waiting for the referrer's answer"),
    Step.CASE_OPENED: N_("Case opened, no first contact yet"),
    Step.FIRST_CONTACT_MADE: N_("First contact made, case open"),
    Step.CASE_CLOSED: N_("Case closed"),
    Step.HAND_OVER_WAITING: N_("Handed over, not confirmed yet"),
    Step.HAND_OVER_CONFIRMED: N_("Hand-over confirmed"),
    Step.ENDED_AT_REVIEW: N_("Ended at the review"),
    Step.WITHDRAWN: N_("Withdrawn"),
}
PATHWAYS: Mapping[str, str] = {
    Pathway.YOUTH_JUSTICE: N_("Youth justice service"),
    Pathway.EARLY_INTERVENTION: N_("Early intervention"),
    Pathway.SAFEGUARDING: N_("Safeguarding (hand-over to children’s services)"),
    Pathway.ADULT_SERVICES: N_("Adult services (hand-over)"),
    Pathway.UNIVERSAL_SUPPORT: N_("Universal support"),
    Pathway.NO_FURTHER_ACTION: N_("No further action"),
}
DECIDED: Mapping[str, str] = {
    Pathway.YOUTH_JUSTICE: N_("Decided: youth justice service"),
    Pathway.EARLY_INTERVENTION: N_("Decided: early intervention"),
    Pathway.SAFEGUARDING: N_("Decided: safeguarding (hand-over to children’s services)"),
    Pathway.ADULT_SERVICES: N_("Decided: adult services (hand-over)"),
    Pathway.UNIVERSAL_SUPPORT: N_("Decided: universal support"),
    Pathway.NO_FURTHER_ACTION: N_("Decided: no further action"),
}
"""The labels where steps and pathways share one table."""
STRETCHES = {
    "received_to_first_read": N_("From received until a reviewer first opened it"),
    "first_read_to_decided": N_("From first opened until decided"),
    "decided_to_first_contact": N_("From decided until the first contact"),
    "decided_to_hand_over_confirmed": N_("From decided until the receiver confirmed"),
    "received_to_first_contact": N_("From received until the first contact"),
    "case_opened_to_closed": N_("From case opened until closed"),
}
CHARACTERISTICS = {
    "ethnicity": N_("Ethnicity"),
    "sex": N_("Sex"),
    "disability": N_("Disability"),
}
AGREEMENT = {
    "in_line": N_("Decision in line with the estimate"),
    "different": N_("Decision different from the estimate"),
    "without_estimate": N_("Decided without an estimate: not available, or not opened"),
    "same_as_own_view": N_("Saw the estimate and kept their first view"),
    "changed_after_own_view": N_("Saw the estimate and changed their first view"),
}
_HOURS_SAID_AS_DAYS = 48


def area(code: str) -> str:
    return code.replace("-", " ").capitalize() if code else str(_("All areas"))


def duration(hours: float | None) -> str:
    """Formats a duration: "3.5 hours", "4 days"."""
    if hours is None:
        return str(_("Too few to say"))
    if hours < 1:
        return str(_("less than an hour"))
    if hours < _HOURS_SAID_AS_DAYS:
        return _said(hours, "%(number)s hour", "%(number)s hours")
    return _said(round(hours / 24), "%(number)s day", "%(number)s days")


def _said(number: float, one: str, many: str) -> str:
    # The plural follows the number as shown: 1.5 hours.
    return str(ngettext(one, many, 1 if number == 1 else 2, number=format_decimal(number)))
