"""Invented referrals to show the system with: believable one by one, and every band among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models.data import population
from models.data.population import Facts

DRAWN_PER_REFERRAL = 20


@dataclass(frozen=True)
class DemonstrationReferral:
    """`facts` are an event's coded facts; `age` and `source` stand beside them, as in the event."""

    source: str
    age: int | None
    facts: Facts


def referrals(number: int, *, received_on: date, seed: int = 1) -> list[DemonstrationReferral]:
    """Referrals from the lowest to the highest chance of harm, shuffled; the same for the same seed."""
    people = population.draw(people=number * DRAWN_PER_REFERRAL, seed=seed, first_day=received_on, last_day=received_on)
    by_chance = np.argsort(people.outcomes.observable, kind="stable")
    chosen = by_chance[np.linspace(0, len(by_chance) - 1, number).astype(np.int64)]
    shuffled = np.random.default_rng(seed).permutation(chosen)
    return [_referral(people.sources[index], people.facts[index]) for index in shuffled.tolist()]


def _referral(source: str, facts: Facts) -> DemonstrationReferral:
    age = facts["age"]
    return DemonstrationReferral(
        source=source,
        age=age if isinstance(age, int) else None,
        facts={name: answer for name, answer in facts.items() if name != "age"},
    )
