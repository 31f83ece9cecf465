"""How a referral came, for its reviewer and for who works the case: who knows of it, and who sent it when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from services.casework.entrypoints.fact_wording import text_rows
from services.casework.entrypoints.review_wording import words
from services.contracts.codes import OrganisationClass, PoliceTold, Source, Told
from services.platform.ui import dates

Row = dict[str, Any]

TOLD_TEXTS = (
    "told_reason",
    "told_parent_or_carer",
    "consent_given_by",
    "capacity",
    "refusal",
    "refused_by",
    "refused_for",
    "police_reason",
)


def who_knows(circumstances: Mapping[str, Any], texts: Mapping[str, str]) -> list[Row]:
    """Whether the young person and the police know of the referral, before anybody calls them."""
    young, police = circumstances.get("told_young_person"), circumstances.get("police_told")
    rows = [
        {"key": _("Does the young person know?"), "value": words(Told(young)) if young else _("Not said")},
        {"key": _("Were the police told?"), "value": words(PoliceTold(police)) if police else _("Not said")},
    ]
    said = text_rows({name: texts[name] for name in TOLD_TEXTS if texts.get(name)})
    return rows + [{"key": row["title"], "value": row["text"]} for row in said]


def where_from(
    *,
    source: Source,
    by_class: OrganisationClass | None,
    received_at: datetime,
    area: str | None,
    circumstances: Mapping[str, Any],
) -> list[Row]:
    """Who referred and when; of a hospital, when the young person arrived and is expected to leave."""
    by = f"{words(source)} ({words(by_class)})" if by_class else words(source)
    rows = [
        {"key": _("Who referred"), "value": by},
        {"key": _("Received"), "value": dates.timestamp(received_at)},
    ]
    if area:
        rows.append({"key": _("Area"), "value": area})
    for name, key in (("arrived_at", _("Arrived")), ("discharge_expected_at", _("Expected to leave"))):
        if said := circumstances.get(name):
            rows.append({"key": key, "value": dates.timestamp(datetime.fromisoformat(said))})
    return rows
