"""A report in the words of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from services.oversight import wording
from services.oversight.disclosure import Shown
from services.oversight.periods import Quarter
from services.oversight.report import CHARACTERISTICS, EVERYWHERE, Report


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Page:
    period: str
    area: str
    received: str
    decided: str
    steps: list[Row]
    pathways: list[Row]
    durations: list[Row]
    characteristics: list[str]
    asked: list[Row]
    agreement: list[Row] | None
    different: str
    invented_data: bool


def page(report: Report) -> Page:
    return Page(
        period=quarter(Quarter.read(report.period)),
        area=_("in %(area)s", area=wording.area(report.area)) if report.area else _("in all areas"),
        received=str(report.received),
        decided=str(report.decided),
        steps=_rows(wording.STEPS, report.steps),
        pathways=_rows(wording.PATHWAYS, report.pathways),
        durations=[
            Row(
                _(wording.STRETCHES[each.stretch]),
                [str(each.made), wording.duration(each.median), wording.duration(each.ninth)],
            )
            for each in report.durations
        ],
        characteristics=[_(wording.CHARACTERISTICS[name]) for name in CHARACTERISTICS],
        asked=[
            Row(_("Not asked yet"), [str(report.not_asked[name]) for name in CHARACTERISTICS]),
            Row(_("Asked"), [str(report.asked[name]) for name in CHARACTERISTICS]),
        ],
        agreement=None if report.agreement is None else _rows(wording.AGREEMENT, report.agreement),
        different=_different(report.different_in_100),
        invented_data=report.invented_data,
    )


def filters(report: Report, quarters: Sequence[Quarter]) -> Mapping[str, list[dict[str, object]]]:
    """The two lists of choices, in GOV.UK's form."""
    return {
        "periods": [
            {"value": each.code, "text": quarter(each), "selected": each.code == report.period} for each in quarters
        ],
        "areas": [
            {"value": code, "text": wording.area(code), "selected": code == report.area}
            for code in (EVERYWHERE, *report.areas)
        ],
    }


def quarter(each: Quarter) -> str:
    """October to December 2026."""
    last = each.next.first_day - timedelta(days=1)
    first_month, last_month = (format_date(day, "LLLL") for day in (each.first_day, last))
    return str(_("%(first)s to %(last)s %(year)s", first=first_month, last=last_month, year=each.year))


def _rows(words: Mapping[str, str], counts: Mapping[str, Shown]) -> list[Row]:
    return [Row(_(text), [str(counts[name])]) for name, text in words.items()]


def _different(in_100: int | None) -> str:
    if in_100 is None:
        return str(_("Too few to compare: fewer than 50 decisions saw the estimate, or fewer than 10 went either way."))
    return str(_("About %(number)s of 100 decisions that saw the estimate were different from it.", number=in_100))
