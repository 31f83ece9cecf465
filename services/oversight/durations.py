"""Duration of each step. A duration is shown only beside a disclosed number of referrals that completed the step.

Otherwise the duration itself would disclose: one shown means "at least so many", one missing means "fewer".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles

from services.oversight.disclosure import Shown, Sum
from services.oversight.timelines import ReferralTimeline, Step

FEWEST_TO_TIME = 10
"""Indexed by the number as shown, so that showing a duration reveals nothing beyond the number."""

READ, DECIDED_AFTER_READING, CONTACTED = "read", "decided_after_reading", "contacted"
UNPUBLISHED = (
    "unread", "unread_otherwise", "decided_unread", "contacted_and_closed", "closed_uncontacted",
)  # fmt: skip

_ENDED_BEFORE_DECISION = (Step.WAITING, Step.BEING_READ, Step.QUESTION_ASKED, Step.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A period between two times, for the timelines of one count."""

    count: str
    begins: Callable[[ReferralTimeline], datetime | None]
    ends: Callable[[ReferralTimeline], datetime | None]


STRETCHES: Mapping[str, Stretch] = {
    "received_to_first_read": Stretch(
        count=READ, begins=lambda timeline: timeline.received_at, ends=lambda timeline: timeline.first_claimed_at
    ),
    "first_read_to_decided": Stretch(
        count=DECIDED_AFTER_READING,
        begins=lambda timeline: timeline.first_claimed_at,
        ends=lambda timeline: timeline.decided_at,
    ),
    "decided_to_first_contact": Stretch(
        count=CONTACTED, begins=lambda timeline: timeline.decided_at, ends=lambda timeline: timeline.first_contact_at
    ),
    "decided_to_hand_over_confirmed": Stretch(
        count=Step.HAND_OVER_CONFIRMED,
        begins=lambda timeline: timeline.decided_at,
        ends=lambda timeline: timeline.confirmed_at,
    ),
    "received_to_first_contact": Stretch(
        count=CONTACTED, begins=lambda timeline: timeline.received_at, ends=lambda timeline: timeline.first_contact_at
    ),
    "case_opened_to_closed": Stretch(
        count=Step.CASE_CLOSED,
        begins=lambda timeline: timeline.case_opened_at,
        ends=lambda timeline: timeline.case_closed_at,
    ),
}

_MADE: Mapping[str, Callable[[ReferralTimeline], bool]] = {
    READ: lambda timeline: timeline.step is not Step.WAITING and timeline.first_claimed_at is not None,
    DECIDED_AFTER_READING: lambda timeline: (
        timeline.step not in _ENDED_BEFORE_DECISION and timeline.first_claimed_at is not None
    ),
    CONTACTED: lambda timeline: (
        timeline.step in (Step.FIRST_CONTACT_MADE, Step.CASE_CLOSED) and timeline.first_contact_at is not None
    ),
    Step.HAND_OVER_CONFIRMED: lambda timeline: timeline.step is Step.HAND_OVER_CONFIRMED,
    Step.CASE_CLOSED: lambda timeline: timeline.step is Step.CASE_CLOSED,
}

SUMS = (
    Sum("received", [READ, "unread"]),
    Sum("unread", [Step.WAITING, "unread_otherwise"]),
    Sum("decided", [DECIDED_AFTER_READING, "decided_unread"]),
    Sum(CONTACTED, [Step.FIRST_CONTACT_MADE, "contacted_and_closed"]),
    Sum(Step.CASE_CLOSED, ["contacted_and_closed", "closed_uncontacted"]),
)
"""Sums that link the numbers that completed a step with those currently at one."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Hours that a step took: half were done within `median`, 9 in 10 within `ninth`.

    Both are None if the number of referrals is hidden, or shown as fewer than ten: too few to state.
    """

    stretch: str
    made: Shown
    median: float | None
    ninth: float | None


def counts(timelines: Sequence[ReferralTimeline]) -> dict[str, int]:
    """Returns the numbers that completed each step, and the sums that link them to the other counts."""
    steps = [timeline.step for timeline in timelines]
    read, after_reading, contacted = (
        sum(map(_MADE[name], timelines)) for name in (READ, DECIDED_AFTER_READING, CONTACTED)
    )
    decided = sum(step not in _ENDED_BEFORE_DECISION for step in steps)
    contacted_and_closed = contacted - steps.count(Step.FIRST_CONTACT_MADE)
    return {
        READ: read,
        "unread": len(timelines) - read,
        "unread_otherwise": len(timelines) - read - steps.count(Step.WAITING),
        DECIDED_AFTER_READING: after_reading,
        "decided_unread": decided - after_reading,
        CONTACTED: contacted,
        "contacted_and_closed": contacted_and_closed,
        "closed_uncontacted": steps.count(Step.CASE_CLOSED) - contacted_and_closed,
    }


def duration(name: str, timelines: Sequence[ReferralTimeline], made: Shown) -> Duration:
    stretch = STRETCHES[name]
    hours = [
        (end - start).total_seconds() / 3600
        for timeline in timelines
        if _MADE[stretch.count](timeline)
        and (start := stretch.begins(timeline))
        and (end := stretch.ends(timeline))
        and end >= start
    ]
    if made.value is None or made.value < FEWEST_TO_TIME or len(hours) < 2:
        return Duration(stretch=name, made=made, median=None, ninth=None)
    tenths = quantiles(hours, n=10, method="inclusive")
    return Duration(stretch=name, made=made, median=_plain(tenths[4]), ninth=_plain(tenths[8]))


def _plain(hours: float) -> float:
    """Rounds to half an hour within a day, to an hour beyond: exact times are confidential."""
    return round(hours * 2) / 2 if hours < 24 else float(round(hours))
