"""Exports the rows of a search for a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC

from services.accounts.audit_search import Name
from services.accounts.audit_wording import ACTS
from services.platform.audit.search import FoundRow

_COLUMNS = (
    "when_utc", "service", "number", "act", "in_words", "staff_name", "sign_in_name", "staff_id",
    "subject_type", "subject_id", "reason", "details", "correlation_id", "entry_id",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(rows: Iterable[FoundRow], names: Mapping[str, Name]) -> bytes:
    """Returns CSV in UTF-8 with a byte order mark, by which spreadsheets recognise it. No cell begins a formula."""
    text = io.StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    lines.writerow(_COLUMNS)
    lines.writerows([_safe(cell) for cell in _cells(row, names)] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cells(row: FoundRow, names: Mapping[str, Name]) -> Iterable[object]:
    entry = row.entry
    name = names.get(str(entry.actor))
    return (
        entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.service,
        row.number,
        entry.what,
        ACTS.get(entry.what, entry.what),
        name.display_name if name else "",
        name.sign_in_name if name else "",
        entry.actor,
        entry.subject_type,
        entry.subject_id,
        entry.reason,
        json.dumps(entry.details, sort_keys=True, ensure_ascii=False) if entry.details else "",
        entry.correlation_id,
        entry.id,
    )


def _safe(cell: object) -> str:
    """A spreadsheet evaluates a cell that begins like a formula; after an apostrophe it is text."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
