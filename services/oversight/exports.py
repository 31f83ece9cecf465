"""Exports a frozen report as one tidy table of disclosed counts."""

import csv
import io
from collections.abc import Iterator

from services.contracts.codes import Pathway
from services.oversight.reading import Reading
from services.oversight.report import AGREEMENT, CHANGED, CHARACTERISTICS, HIDDEN
from services.oversight.timelines import Step
from services.platform.ui import dates

COLUMNS = ("period", "area", "as_of", "final", "table", "row", "measure", "value", "note")
_HIDDEN = "hidden: 1 to 7, or hidden so that another cannot be worked out"
_ROUNDED = "rounded to the nearest 5"
_RUNNING_HIDDEN = "0 to 7 when it was last published"
_RUNNING_ROUNDED = "rounded to the nearest 10; published again when it has changed by 8 or more"
_FEW = "too few to say"

_Value = int | float | str
_Line = tuple[str, str, str, _Value, str]


def to_csv(reading: Reading) -> str:
    """Returns UTF-8 text with one header row. Hidden counts are "*"."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    whole = (
        reading.period.code,
        reading.area or "all",
        dates.local(reading.as_of).date().isoformat(),
        "yes" if reading.final else "no",
    )
    for line in _lines(reading):
        writer.writerow((*whole, *line))
    return file.getvalue()


def _lines(reading: Reading) -> Iterator[_Line]:
    content = reading.content

    def line(table: str, row: str, value: _Value) -> _Line:
        hidden, rounded = (_HIDDEN, _ROUNDED) if reading.final else (_RUNNING_HIDDEN, _RUNNING_ROUNDED)
        return table, row, "count", value, hidden if value == HIDDEN else rounded

    yield line("steps", "received", content["received"])
    yield from (line("steps", step, content["steps"][step]) for step in Step if step in content["steps"])
    if content["decided"] is not None:
        yield line("pathways", "decided", content["decided"])
    yield from (line("pathways", pathway, content["pathways"][pathway]) for pathway in Pathway)
    if not reading.final:
        return
    for name in CHARACTERISTICS:
        yield line(f"asked about {name}", "not asked yet", content["equality"][name]["not_asked_yet"])
        yield line(f"asked about {name}", "asked", content["equality"][name]["asked"])
    for duration in content["hours"]:
        yield line("durations", duration["stretch"], duration["made"])
        for measure, hours in (("median hours", duration["median"]), ("90th percentile hours", duration["ninth"])):
            value, note = ("", _FEW) if hours is None else (hours, "")
            yield "durations", duration["stretch"], measure, value, note
    if content["agreement"] is not None:
        yield from (line("agreement", row, content["agreement"][row]) for row in (*AGREEMENT, *CHANGED))
        rate = content["different_in_100"]
        value, note = ("", "too few to compare") if rate is None else (rate, "from rounded counts")
        yield "agreement", "different", "in 100", value, note
