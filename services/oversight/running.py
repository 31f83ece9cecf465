"""What is shown of a quarter that has no final report yet, so that no two looks tell of a change by fewer than eight.

Whoever looks every week can subtract. Small-number rules for one look do not help: 0, then `*`, then 10 tells that the
first person took this pathway, and when. The rule, for the whole partnership together and never for an area:

1. Each referral is counted in exactly one place (`place`): the review's step, or, once decided, the pathway. There is
   one breakdown and no second one of the same people. Two would have to add up to the same whole, and where one moves
   while the other is held, the difference is the change that the hold keeps back. Steps of cases, times, who was asked
   and how decisions compare with the estimate are in the final report only.
2. A count keeps its last published value until its true change is at least `MIN_CHANGE` (`held`). Unchanged and changed
   by up to seven look the same: no date is shown for a single count, and nothing else tells them apart.
3. A count below eight prints `*`, which is 0 to 7 here: a 0 that becomes a `*` tells of somebody, so there is no 0.
   Others are rounded to the nearest 10. Each value printed stands for at least eight consecutive numbers (`band`).
4. The total is held and rounded by itself, and moved where it would narrow a count's band (`_fitting`). Nobody can work
   a count out from the total and the others.

Why this suffices: whatever a reader has kept, every count at every look can still be any of eight consecutive numbers.
So can its change up to any other time, even one at which the reader knows the count exactly, as from the final report
or on the quarter's first day. Eight consecutive numbers hold 0, or one that is at least 8, or one that is at most -8:
no change can be pinned down to one to seven people. The test attacks it with an exact solver.

The eight is no setting: figures published under one value and under another could be subtracted from each other.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.contracts.codes import Pathway
from services.oversight.disclosure import SMALLEST_SHOWN, Shown
from services.oversight.report import to_value
from services.oversight.timelines import ReviewState, Step, at_review

MIN_CHANGE = SMALLEST_SHOWN
RUNNING_ROUNDED_TO = 10
AT_REVIEW = (Step.WAITING, Step.BEING_READ, Step.QUESTION_ASKED, Step.WITHDRAWN)
PLACES: tuple[str, ...] = (*AT_REVIEW, *Pathway)
RECEIVED = "received"

Band = tuple[int, int]
Counted = Iterable[tuple[ReviewState, Pathway | None, int]]
"""Number of referrals with a review in this state and, if they were ever decided, this newest decision."""


def place(state: ReviewState, pathway: Pathway | None) -> str:
    """Returns the one category in which a referral is counted."""
    return pathway if pathway and state is ReviewState.DECIDED else at_review(state)


def count(referrals: Counted) -> dict[str, int]:
    """Returns the true counts, by category, and of all received. Never shown as they are."""
    counts = dict.fromkeys((*PLACES, RECEIVED), 0)
    for state, pathway, number in referrals:
        counts[place(state, pathway)] += number
        counts[RECEIVED] += number
    return counts


def held(counts: Mapping[str, int], published: Mapping[str, int]) -> dict[str, int]:
    """Returns the counts to publish: those published before, or today's where the change is large enough.

    `published` are the previous results, by name; at the beginning of a quarter every count was 0.
    """
    return {
        name: before if abs(now - before) < MIN_CHANGE else now
        for name, now in counts.items()
        for before in (published.get(name, 0),)
    }


def shown(counts: Mapping[str, int]) -> dict[str, Shown]:
    """Returns the printed value of held counts, by name."""
    places = {name: Shown(_rounded(counts[name])) for name in PLACES}
    return {**places, RECEIVED: Shown(_fitting(_rounded(counts[RECEIVED]), [band(each) for each in places.values()]))}


def band(each: Shown) -> Band:
    """Returns the minimum and maximum of a count that is printed so."""
    if each.value is None:
        return 0, SMALLEST_SHOWN - 1
    half = RUNNING_ROUNDED_TO // 2
    return max(SMALLEST_SHOWN, each.value - half + 1), each.value + half


def to_json(counts: Mapping[str, int]) -> dict[str, Any]:
    """Returns the same fields as a final report; what is not shown yet is None."""
    printed = {name: to_value(each) for name, each in shown(counts).items()}
    return {
        "received": printed[RECEIVED],
        "steps": {name: printed[name] for name in AT_REVIEW},
        "decided": None,
        "pathways": {name: printed[name] for name in Pathway},
        "equality": None,
        "hours": None,
        "agreement": None,
        "different_in_100": None,
    }


def _rounded(count: int) -> int | None:
    """Rounds to the nearest ten, a five downwards: 8 to 15 print 10."""
    if count < SMALLEST_SHOWN:
        return None
    half = RUNNING_ROUNDED_TO // 2
    return max(RUNNING_ROUNDED_TO, RUNNING_ROUNDED_TO * ((count + half - 1) // RUNNING_ROUNDED_TO))


def _fitting(total: int | None, parts: Iterable[Band]) -> int | None:
    """Returns the nearest value that leaves each part its whole band, whatever the other parts are."""
    parts = list(parts)
    low, high = sum(low for low, _ in parts), sum(high for _, high in parts)
    widest = max(high - low for low, high in parts)
    while band(Shown(total))[1] < low + widest:
        total = (total or 0) + RUNNING_ROUNDED_TO
    while total is not None and band(Shown(total))[0] > high - widest:
        total = total - RUNNING_ROUNDED_TO or None
    return total
