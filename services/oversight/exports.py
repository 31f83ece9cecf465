"""The report as a file: one tidy table, made of what was disclosed and nothing else."""

import csv
import io
from collections.abc import Iterator

from services.oversight.disclosure import Shown
from services.oversight.report import Report

COLUMNS = ("period", "area", "table", "row", "measure", "value", "note")
_HIDDEN = "hidden: 1 to 7, or hidden so that another cannot be worked out"
_ROUNDED = "rounded to the nearest 5"
_FEW = "too few to say"

_Line = tuple[str, str, str, int | float | str, str]


def to_csv(report: Report) -> str:
    """UTF-8 text with one header row. Hidden counts are "*"."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for line in _lines(report):
        writer.writerow((report.period, report.area or "all", *line))
    return file.getvalue()


def _lines(report: Report) -> Iterator[_Line]:
    yield _count("steps", "received", report.received)
    for step, shown in report.steps.items():
        yield _count("steps", step, shown)
    yield _count("pathways", "decided", report.decided)
    for pathway, shown in report.pathways.items():
        yield _count("pathways", pathway, shown)
    for name, shown in report.not_asked.items():
        yield _count(f"asked about {name}", "not asked yet", shown)
        yield _count(f"asked about {name}", "asked", report.asked[name])
    for duration in report.durations:
        yield _count("durations", duration.stretch, duration.made)
        for measure, hours in (("median hours", duration.median), ("90th percentile hours", duration.ninth)):
            yield "durations", duration.stretch, measure, "" if hours is None else hours, _FEW if hours is None else ""
    for row, shown in (report.agreement or {}).items():
        yield _count("agreement", row, shown)
    if report.agreement is not None:
        rate = report.different_in_100
        value, note = ("", "too few to compare") if rate is None else (rate, "from rounded counts")
        yield "agreement", "different", "in 100", value, note


def _count(table: str, row: str, shown: Shown) -> _Line:
    return table, str(row), "count", str(shown), _HIDDEN if shown.hidden else _ROUNDED
