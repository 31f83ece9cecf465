"""How far each of the demonstration's referrals has come, so that every role finds work and no list is empty."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_EARLY, _YOUTH, _SAFE, _ADULT = "early_intervention", "youth_justice", "safeguarding", "adult_services"
_ADULT_FROM = 18


class Stage(StrEnum):
    """Where a referral's story stops."""

    WAITING = "waiting"
    OPENED = "opened"
    OWN_VIEW = "own_view"
    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    TAKEN = "taken"
    TRIED = "tried"
    MET = "met"
    CLOSED = "closed"
    CONFIRMED = "confirmed"


WITH_A_QUESTION = (Stage.ASKED, Stage.ANSWERED)
"""Nobody waits for an answer where there may be danger."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`count` referrals of this kind, made between `youngest` and `oldest` ago."""

    stage: Stage
    count: int
    youngest: timedelta
    oldest: timedelta
    pathway: str = _EARLY
    area: str = "northside"

    def takes(self, age: float) -> bool:
        """Whether the pathway's team is for somebody of this age in years."""
        if self.pathway == _ADULT:
            return age >= _ADULT_FROM
        return age < _ADULT_FROM or self.pathway not in (_YOUTH, _SAFE)


def _hours(least: float, most: float) -> dict[str, timedelta]:
    return {"youngest": timedelta(hours=least), "oldest": timedelta(hours=most)}


PLANS = (
    Plan(stage=Stage.WAITING, count=11, **_hours(0.3, 20)),
    Plan(stage=Stage.WAITING, count=8, area="riverside", **_hours(1, 30)),
    Plan(stage=Stage.WAITING, count=8, area="westborough", **_hours(1, 30)),
    Plan(stage=Stage.OPENED, count=4, **_hours(1, 10)),
    Plan(stage=Stage.OWN_VIEW, count=4, **_hours(2, 12)),
    Plan(stage=Stage.ASKED, count=3, **_hours(5, 30)),
    Plan(stage=Stage.ANSWERED, count=2, **_hours(8, 30)),
    Plan(stage=Stage.WITHDRAWN, count=2, **_hours(3, 20)),
    Plan(stage=Stage.DECIDED, count=9, **_hours(10, 60)),
    Plan(stage=Stage.DECIDED, count=8, pathway=_YOUTH, **_hours(10, 60)),
    Plan(stage=Stage.DECIDED, count=3, pathway=_SAFE, area="riverside", **_hours(10, 40)),
    Plan(stage=Stage.DECIDED, count=2, pathway=_ADULT, **_hours(10, 40)),
    Plan(stage=Stage.DECIDED, count=9, pathway="universal_support", **_hours(30, 500)),
    Plan(stage=Stage.DECIDED, count=8, pathway="no_further_action", area="riverside", **_hours(30, 500)),
    Plan(stage=Stage.CONFIRMED, count=2, pathway=_SAFE, **_hours(60, 200)),
    Plan(stage=Stage.TAKEN, count=5, **_hours(24, 90)),
    Plan(stage=Stage.TAKEN, count=3, pathway=_YOUTH, **_hours(24, 90)),
    Plan(stage=Stage.TRIED, count=4, **_hours(50, 120)),
    Plan(stage=Stage.TRIED, count=3, pathway=_YOUTH, **_hours(50, 120)),
    Plan(stage=Stage.MET, count=8, **_hours(100, 500)),
    Plan(stage=Stage.MET, count=5, pathway=_YOUTH, **_hours(100, 500)),
    Plan(stage=Stage.CLOSED, count=10, **_hours(400, 1000)),
    Plan(stage=Stage.CLOSED, count=5, pathway=_YOUTH, **_hours(400, 1000)),
)
