"""The invented population: referrals as an event would carry them, and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.data import background, circumstances, harm, recording
from models.data.background import Equality
from models.data.chance import Luck
from models.data.circumstances import Circumstances
from models.data.harm import Outcomes
from models.features.facts import EarlierReferral

Facts = dict[str, object]
VIOLENT = ("assault_no_weapon", "knife_or_sharp_object", "threat", "blunt_object")


@dataclass(frozen=True)
class Population:
    """One referral per person. Lists have one item per person, in the order of `received_on`."""

    received_on: tuple[date, ...]
    sources: tuple[str, ...]
    facts: tuple[Facts, ...]
    earlier: tuple[tuple[EarlierReferral, ...], ...]
    outcomes: Outcomes
    equality: Equality
    truth: Circumstances


def draw(*, people: int, seed: int, first_day: date, last_day: date, everyone_is: str | None = None) -> Population:
    """Invent `people` referrals received evenly between the two days (both included).

    `everyone_is` sets one ethnicity code for all and leaves everyone's luck unchanged.
    """
    luck = Luck(seed, people)
    who = background.draw(luck, everyone_is=everyone_is)
    was = circumstances.draw(who, luck)
    received = _days(luck, first_day, last_day)
    said = recording.record(who, was, luck, received)
    return Population(
        received_on=tuple(received),
        sources=said.sources,
        facts=_rows(said.columns),
        earlier=_earlier(was, received),
        outcomes=harm.draw(who, was, luck),
        equality=who.equality,
        truth=was,
    )


def _days(luck: Luck, first_day: date, last_day: date) -> list[date]:
    span = (last_day - first_day).days + 1
    offsets = np.sort((span * luck.uniform("day")).astype(np.int64))
    return [first_day + timedelta(days=offset) for offset in offsets.tolist()]


def _rows(columns: dict[str, recording.Column]) -> tuple[Facts, ...]:
    names = list(columns)
    return tuple(dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _earlier(was: Circumstances, received: list[date]) -> tuple[tuple[EarlierReferral, ...], ...]:
    """Earlier referrals tell only what happened; the newest is as old as the truth says."""
    numbers, newest = was.earlier_referrals.tolist(), was.days_since_earlier.tolist()
    return tuple(
        tuple(
            EarlierReferral(day - timedelta(days=days + 30 * index), {"what_happened": [VIOLENT[index % len(VIOLENT)]]})
            for index in range(number)
        )
        if number
        else ()
        for day, number, days in zip(received, numbers, newest, strict=True)
    )
