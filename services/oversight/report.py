"""The final report on one quarter: made once, of disclosed counts only, and frozen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, Pathway
from services.oversight import durations
from services.oversight.disclosure import Shown, Sum, disclose
from services.oversight.durations import STRETCHES, Duration
from services.oversight.timelines import ReferralTimeline, Step

EVERYWHERE = ""
"""The area code of the report on all areas."""
HIDDEN = "*"
FEWEST_TO_COMPARE = 50
FEWEST_EVENTS_TO_COMPARE = 10

CHARACTERISTICS = ("ethnicity", "sex", "disability")
AGREEMENT = ("in_line", "different", "without_estimate")
CHANGED = ("same_as_own_view", "changed_after_own_view")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What may be shown of one quarter, in one area or the whole partnership."""

    area: str
    received: Shown
    steps: Mapping[str, Shown]
    decided: Shown
    pathways: Mapping[str, Shown]
    not_asked: Mapping[str, Shown]
    asked: Mapping[str, Shown]
    durations: Sequence[Duration]
    agreement: Mapping[str, Shown] | None
    """Whole partnership only: an area has too few, and they concern its few reviewers."""
    different_in_100: int | None
    """Of decisions that saw the estimate, from rounded counts; None means too few to compare."""


def reports_on(timelines: Sequence[ReferralTimeline], areas: Sequence[str]) -> list[Report]:
    """Returns the reports on the whole partnership and on each area: disclosed together, so that none reveals another."""
    shown = disclosed(timelines, areas)
    return [_report(timelines, area, shown) for area in (EVERYWHERE, *areas)]


def _report(timelines: Sequence[ReferralTimeline], area: str, shown: Mapping[str, Shown]) -> Report:
    def of(names: Iterable[str]) -> dict[str, Shown]:
        return {name: shown[_name(area, name)] for name in names}

    agreement = None if area else of((*AGREEMENT, *CHANGED))
    here = [timeline for timeline in timelines if area in (EVERYWHERE, timeline.area)]
    return Report(
        area=area,
        received=shown[_name(area, "received")],
        steps=of(Step),
        decided=shown[_name(area, "decided")],
        pathways=of(Pathway),
        not_asked={name: shown[_name(area, f"{name}_not_asked")] for name in CHARACTERISTICS},
        asked={name: shown[_name(area, f"{name}_asked")] for name in CHARACTERISTICS},
        durations=[
            durations.duration(name, here, shown[_name(area, stretch.count)]) for name, stretch in STRETCHES.items()
        ],
        agreement=agreement,
        different_in_100=None if agreement is None else _different_in_100(agreement),
    )


def disclosed(timelines: Sequence[ReferralTimeline], areas: Sequence[str]) -> dict[str, Shown]:
    """Discloses every count of the quarter that any report on it shows, by scope and name."""
    counts: dict[str, int] = {}
    for area in (EVERYWHERE, *areas):
        here = [timeline for timeline in timelines if area in (EVERYWHERE, timeline.area)]
        counts |= {_name(area, name): count for name, count in _counts(here, everywhere=not area).items()}
    unpublished = [name for name in counts if name.endswith(_LINKS)]
    return disclose(counts, sums(areas), unpublished=unpublished, keep=_hide_last(areas))


_LINKS = tuple(f"/{name}" for name in ("cases", "hand_overs", "with_estimate", *durations.UNPUBLISHED))


def sums(areas: Sequence[str]) -> list[Sum]:
    """Returns every sum that holds among the counts and that a careful reader can know."""
    within = [
        Sum("received", list(Step)),
        Sum("decided", list(Pathway)),
        Sum("decided", [Step.ENDED_AT_REVIEW, "cases", "hand_overs"]),
        Sum("cases", sorted(CASE_PATHWAYS)),
        Sum("cases", [Step.CASE_OPENED, Step.FIRST_CONTACT_MADE, Step.CASE_CLOSED]),
        Sum("hand_overs", sorted(HAND_OVERS)),
        Sum("hand_overs", [Step.HAND_OVER_WAITING, Step.HAND_OVER_CONFIRMED]),
        Sum(Step.ENDED_AT_REVIEW, [Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION]),
        *(Sum("received", [f"{name}_not_asked", f"{name}_asked"]) for name in CHARACTERISTICS),
        *durations.SUMS,
    ]
    found = [_in(area, each) for area in (EVERYWHERE, *areas) for each in within]
    found += [
        _in(EVERYWHERE, Sum("decided", AGREEMENT)),
        _in(EVERYWHERE, Sum("with_estimate", AGREEMENT[:2])),
        _in(EVERYWHERE, Sum("with_estimate", CHANGED)),
    ]
    if areas:
        split = sorted({name for each in within for name in each.names})
        found += [Sum(_name(EVERYWHERE, name), [_name(area, name) for area in areas]) for name in split]
    return found


def _counts(timelines: Sequence[ReferralTimeline], *, everywhere: bool) -> dict[str, int]:
    decisions = [timeline.decision for timeline in timelines if timeline.decision and _is_decided(timeline)]
    steps, pathways = [timeline.step for timeline in timelines], [decision.pathway for decision in decisions]
    counts: dict[str, int] = {
        "received": len(timelines),
        "decided": len(decisions),
        "cases": sum(pathway in CASE_PATHWAYS for pathway in pathways),
        "hand_overs": sum(pathway in HAND_OVERS for pathway in pathways),
        **{step: steps.count(step) for step in Step},
        **{pathway: pathways.count(pathway) for pathway in Pathway},
        **durations.counts(timelines),
    }
    for name in CHARACTERISTICS:
        asked = sum(getattr(timeline, f"{name}_asked") for timeline in timelines)
        counts |= {f"{name}_asked": asked, f"{name}_not_asked": len(timelines) - asked}
    if everywhere:
        seen = [decision for decision in decisions if decision.agrees is not None]
        agreeing = sum(decision.agrees is True for decision in seen)
        same = sum(decision.level == decision.own_level for decision in seen)
        counts |= {"in_line": agreeing, "different": len(seen) - agreeing, "with_estimate": len(seen)}
        counts |= {"without_estimate": len(decisions) - len(seen)}
        counts |= {"same_as_own_view": same, "changed_after_own_view": len(seen) - same}
    return counts


def _is_decided(timeline: ReferralTimeline) -> bool:
    return timeline.step not in (Step.WAITING, Step.BEING_READ, Step.QUESTION_ASKED, Step.WITHDRAWN)


def _hide_last(areas: Sequence[str]) -> list[str]:
    """Areas before the whole partnership, and totals only when nothing else is left to hide."""
    totals = ("decided", "received")
    of_areas = [_name(area, name) for name in totals for area in areas]
    return [*of_areas, *(_name(EVERYWHERE, name) for name in (*Pathway, *Step, *totals))]


def _different_in_100(agreement: Mapping[str, Shown]) -> int | None:
    """From rounded counts; None under 50 decisions or 10 of either kind."""
    in_line, different = (agreement[name].value or 0 for name in AGREEMENT[:2])
    people = in_line + different
    if people < FEWEST_TO_COMPARE or min(in_line, different) < FEWEST_EVENTS_TO_COMPARE:
        return None
    return round(100 * different / people)


def _name(area: str, name: str) -> str:
    return f"{area}/{name}"


def _in(area: str, each: Sum) -> Sum:
    return Sum(_name(area, each.total), [_name(area, part) for part in each.parts])


def to_json(report: Report) -> dict[str, Any]:
    """Returns the report as plain values. A hidden count is "*"."""

    def plain(counts: Mapping[str, Shown]) -> dict[str, int | str]:
        return {str(name): to_value(shown) for name, shown in counts.items()}

    return {
        "received": to_value(report.received),
        "steps": plain(report.steps),
        "decided": to_value(report.decided),
        "pathways": plain(report.pathways),
        "equality": {
            name: {"not_asked_yet": to_value(report.not_asked[name]), "asked": to_value(report.asked[name])}
            for name in CHARACTERISTICS
        },
        "hours": [vars(duration) | {"made": to_value(duration.made)} for duration in report.durations],
        "agreement": None if report.agreement is None else plain(report.agreement),
        "different_in_100": report.different_in_100,
    }


def to_value(shown: Shown) -> int | str:
    return HIDDEN if shown.value is None else shown.value
