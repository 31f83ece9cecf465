"""Presents a frozen report on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from services.oversight import wording
from services.oversight.periods import Quarter
from services.oversight.reading import Reading
from services.oversight.report import CHARACTERISTICS
from services.platform.ui import dates


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Page:
    period: str
    area: str
    as_of: str
    next_at: str
    final: bool
    final_at: str
    """The day on which the quarter's report is published."""
    received: str
    decided: str | None
    steps: list[Row]
    pathways: list[Row]
    invented_data: bool
    durations: list[Row] = field(default_factory=list)
    characteristics: list[str] = field(default_factory=list)
    asked: list[Row] = field(default_factory=list)
    agreement: list[Row] | None = None
    different: str = ""


def page(reading: Reading) -> Page:
    content = reading.content
    return Page(
        period=quarter(reading.period),
        area=_("in %(area)s", area=wording.area(reading.area)) if reading.area else _("in all areas"),
        as_of=dates.timestamp(reading.as_of),
        next_at=dates.timestamp(reading.next_at),
        final=reading.final,
        final_at=dates.day(reading.final_at),
        received=str(content["received"]),
        decided=None if content["decided"] is None else str(content["decided"]),
        steps=_rows(wording.STEPS, content["steps"]),
        pathways=_rows(wording.PATHWAYS if reading.final else wording.DECIDED, content["pathways"]),
        invented_data=content["invented_data"],
        **(_final(content) if reading.final else {}),
    )


def filters(reading: Reading) -> Mapping[str, list[dict[str, object]]]:
    """The two lists of choices, in GOV.UK's format."""
    return {
        "periods": [
            {"value": each.code, "text": quarter(each), "selected": each == reading.period} for each in reading.periods
        ],
        "areas": [
            {"value": code, "text": wording.area(code), "selected": code == reading.area} for code in reading.areas
        ],
    }


def quarter(each: Quarter) -> str:
    """October to December 2026."""
    last = each.next.first_day - timedelta(days=1)
    first_month, last_month = (format_date(day, "LLLL") for day in (each.first_day, last))
    return str(_("%(first)s to %(last)s %(year)s", first=first_month, last=last_month, year=each.year))


def _final(content: Mapping[str, Any]) -> dict[str, Any]:
    """Data that only a final report shows."""
    equality, agreement = content["equality"], content["agreement"]
    return {
        "durations": [
            Row(
                _(wording.STRETCHES[each["stretch"]]),
                [str(each["made"]), wording.duration(each["median"]), wording.duration(each["ninth"])],
            )
            for each in content["hours"]
        ],
        "characteristics": [_(wording.CHARACTERISTICS[name]) for name in CHARACTERISTICS],
        "asked": [
            Row(_("Not asked yet"), [str(equality[name]["not_asked_yet"]) for name in CHARACTERISTICS]),
            Row(_("Asked"), [str(equality[name]["asked"]) for name in CHARACTERISTICS]),
        ],
        "agreement": None if agreement is None else _rows(wording.AGREEMENT, agreement),
        "different": _different(content["different_in_100"]),
    }


def _rows(words: Mapping[str, str], counts: Mapping[str, int | str]) -> list[Row]:
    return [Row(_(text), [str(counts[name])]) for name, text in words.items() if name in counts]


def _different(in_100: int | None) -> str:
    if in_100 is None:
        return str(
            _(
                "Too few to compare: fewer than 50 decisions were made with the estimate, or fewer than 10 agreed or differed."
            )
        )
    return str(_("About %(number)s in 100 decisions made with the estimate differed from it.", number=in_100))
