"""Presenters of the referrer's changes: each field's old and new value, who changed it, and when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from services.casework.domain.referral_changes import FieldChange, Part, VersionChange
from services.casework.entrypoints.case_labels import contact_label
from services.casework.entrypoints.fact_labels import fact_label, fact_value, text_title, text_value
from services.casework.entrypoints.review_labels import label
from services.contracts.codes import AgeBasis, OrganisationClass, PoliceTold, Source, Told
from services.platform.i18n import N_
from services.platform.ui import dates
from services.platform.ui.phones import dialled

Row = dict[str, Any]

_LABELS = {
    "name": N_("Name or nickname"),
    "date_of_birth": N_("Date of birth"),
    "age": N_("Age on the day"),
    "age_basis": N_("How the age is known"),
    "age_stated": N_("Age, as the referrer gave it"),
    "phone": N_("Phone"),
    "address": N_("Address"),
    "postcode": N_("Postcode"),
    "safe_contact": N_("Safe ways to contact"),
    "safe_contact_note": N_("Safe ways to contact: note"),
    "do_not_contact": N_("Do not contact"),
    "do_not_contact_note": N_("Do not contact: note"),
    "interpreter_needed": N_("Interpreter needed"),
    "interpreter_language": N_("Interpreter’s language"),
    "area": N_("Area"),
    "site": N_("Site"),
    "told_young_person": N_("Has the young person been told?"),
    "police_told": N_("Were the police told?"),
    "arrived_at": N_("Arrived"),
    "discharge_expected_at": N_("Expected to leave"),
}
_CODES = {"age_basis": AgeBasis, "told_young_person": Told, "police_told": PoliceTold}
_WAYS = ("safe_contact", "do_not_contact")
_TIMES = ("arrived_at", "discharge_expected_at")


def referrer(name: str | None, by_class: OrganisationClass | None, source: Source) -> str:
    """Returns who changed it, which is always the referrer: their name if known, otherwise their organisation or source."""
    if name:
        return name
    return label(by_class) if by_class else label(source)


def referral_changes(changes: Sequence[VersionChange], *, by: str, decided_on: int | None = None) -> list[Row]:
    """Returns the changes, newest first. `decided_on` is the version of the decision; higher versions came afterwards."""
    return [
        {
            "timestamp": dates.timestamp(change.stated_at) or _("Time not known yet"),
            "by": by,
            "after_decision": decided_on is not None and change.version > decided_on,
            "rows": [_row(field) for field in change.changed],
        }
        for change in changes
    ]


def _row(change: FieldChange) -> Row:
    return {"label": _label(change), "old": _value(change, change.old), "new": _value(change, change.new)}


def _label(change: FieldChange) -> str:
    if change.part is Part.NARRATIVE:
        return text_title(change.field)
    known = fact_label(change.field)
    return known or str(_(_LABELS.get(change.field, N_("Other"))))


def _value(change: FieldChange, value: Any) -> str:
    name = change.field
    if value is None:
        return str(_("Not recorded"))
    if change.part is Part.NARRATIVE:
        return text_value(name, value)
    if fact_label(name):
        return fact_value(name, value)
    if name in _CODES:
        return label(_CODES[name](value))
    if name in _WAYS:
        return ", ".join(contact_label(code) for code in value)
    if name in _TIMES:
        return dates.timestamp(datetime.fromisoformat(value))
    if name == "date_of_birth":
        return dates.day(date.fromisoformat(value))
    if name == "phone":
        return dialled(str(value))
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return str(value)
