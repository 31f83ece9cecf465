"""How far each of the demonstration's referrals has come, so that every role finds work and no list is empty."""

from dataclasses import dataclass
from enum import StrEnum

_EARLY, _YOUTH, _SAFE, _ADULT = "early_intervention", "youth_justice", "safeguarding", "adult_services"
_ADULT_FROM = 18


class Stage(StrEnum):
    """Where a referral's scenario stops."""

    WAITING = "waiting"
    OPENED = "opened"
    OWN_VIEW = "own_view"
    PROPOSED = "proposed"
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
"""Reviewers ask no question where there may be danger."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`count` referrals of this kind, made between so many and so many `hours` ago."""

    stage: Stage
    count: int
    hours: tuple[float, float]
    pathway: str = _EARLY
    area: str = "northside"

    @property
    def danger(self) -> str | None:
        """The answer on immediate danger that the scenario needs; None is any."""
        if self.stage is Stage.PROPOSED:
            return "yes"
        return "no" if self.stage in WITH_A_QUESTION else None

    def takes(self, age: float) -> bool:
        """Whether the pathway's team is for somebody of this age in years."""
        if self.pathway == _ADULT:
            return age >= _ADULT_FROM
        return age < _ADULT_FROM or self.pathway not in (_YOUTH, _SAFE)


PLANS = (
    Plan(stage=Stage.WAITING, count=9, hours=(0.3, 20)),
    Plan(stage=Stage.WAITING, count=4, area="riverside", hours=(1, 30)),
    Plan(stage=Stage.WAITING, count=5, area="westborough", hours=(1, 30)),
    Plan(stage=Stage.OPENED, count=2, hours=(1, 10)),
    Plan(stage=Stage.OWN_VIEW, count=3, hours=(2, 12)),
    Plan(stage=Stage.ASKED, count=2, hours=(5, 30)),
    Plan(stage=Stage.ANSWERED, count=2, hours=(8, 30)),
    Plan(stage=Stage.WITHDRAWN, count=1, hours=(3, 20)),
    Plan(stage=Stage.DECIDED, count=6, hours=(10, 60)),
    Plan(stage=Stage.DECIDED, count=5, pathway=_YOUTH, hours=(10, 60)),
    Plan(stage=Stage.DECIDED, count=3, pathway=_SAFE, area="riverside", hours=(10, 40)),
    Plan(stage=Stage.DECIDED, count=2, pathway=_ADULT, hours=(10, 40)),
    Plan(stage=Stage.DECIDED, count=8, pathway="universal_support", hours=(30, 500)),
    Plan(stage=Stage.DECIDED, count=4, pathway="no_further_action", area="riverside", hours=(30, 500)),
    Plan(stage=Stage.CONFIRMED, count=2, pathway=_SAFE, hours=(60, 200)),
    Plan(stage=Stage.TAKEN, count=4, hours=(24, 90)),
    Plan(stage=Stage.TAKEN, count=3, pathway=_YOUTH, hours=(24, 90)),
    Plan(stage=Stage.TRIED, count=3, hours=(50, 120)),
    Plan(stage=Stage.TRIED, count=2, pathway=_YOUTH, hours=(50, 120)),
    Plan(stage=Stage.MET, count=6, hours=(100, 500)),
    Plan(stage=Stage.MET, count=3, pathway=_YOUTH, hours=(100, 500)),
    Plan(stage=Stage.CLOSED, count=7, hours=(400, 1000)),
    Plan(stage=Stage.CLOSED, count=2, pathway=_YOUTH, hours=(400, 1000)),
    # For the second reviewer: in danger, with universal services proposed.
    Plan(stage=Stage.PROPOSED, count=1, pathway="universal_support", hours=(0.8, 1.5)),
)
