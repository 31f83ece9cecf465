"""Presenters of a referral's origin, for reviews and cases: who was informed, and who referred when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from services.casework.entrypoints.fact_labels import text_rows
from services.casework.entrypoints.review_labels import label
from services.contracts.codes import OrganisationClass, PoliceTold, Source, Told
from services.platform.ui import dates

Row = dict[str, Any]

INFORMED_TEXTS = (
    "told_reason",
    "told_parent_or_carer",
    "consent_given_by",
    "capacity",
    "refusal",
    "refused_by",
    "refused_for",
    "police_reason",
)


def who_is_informed(circumstances: Mapping[str, Any], texts: Mapping[str, str]) -> list[Row]:
    """Returns whether the young person and the police were informed, to read before contact."""
    young, police = circumstances.get("told_young_person"), circumstances.get("police_told")
    rows = [
        {"key": _("Has the young person been told?"), "value": label(Told(young)) if young else _("Not recorded")},
        {"key": _("Were the police told?"), "value": label(PoliceTold(police)) if police else _("Not recorded")},
    ]
    rows_of_texts = text_rows({name: texts[name] for name in INFORMED_TEXTS if texts.get(name)})
    return rows + [{"key": row["title"], "value": row["text"]} for row in rows_of_texts]


def where_from(
    *,
    source: Source,
    by_class: OrganisationClass | None,
    received_at: datetime,
    area: str | None,
    circumstances: Mapping[str, Any],
) -> list[Row]:
    """Returns who referred and when; for a hospital, when the young person arrived and is expected to leave."""
    by = f"{label(source)} ({label(by_class)})" if by_class else label(source)
    rows = [
        {"key": _("Who referred"), "value": by},
        {"key": _("Received"), "value": dates.timestamp(received_at)},
    ]
    if area:
        rows.append({"key": _("Area"), "value": area})
    for name, key in (("arrived_at", _("Arrived")), ("discharge_expected_at", _("Expected to leave"))):
        if value := circumstances.get(name):
            rows.append({"key": key, "value": dates.timestamp(datetime.fromisoformat(value))})
    return rows
