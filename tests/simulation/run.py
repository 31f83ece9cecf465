"""Runs the simulation: an hour at a time, work, then the check."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.simulation.check import Check, Missed
from tests.simulation.office import an_office
from tests.simulation.work import Work

_LEAVERS_EVERY = 24
"""Hours between one leaver and the next."""


@dataclass
class Report:
    hours: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: dict[str, int] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)

    @property
    def reasons(self) -> Counter[str]:
        return Counter(missed.why for missed in self.missed)


def simulate(
    root: Path,
    *,
    referrals: int,
    days: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda _hour, _hours: None,
    stop_at_first: bool = False,
) -> Report:
    """Accept the referrals over the first nine tenths of the time, and check after each simulated hour."""
    report, hours = Report(), days * 24
    with an_office(root, seed) as office:
        work = Work(office)
        check = Check(office, work)
        due = sorted(office.chance.uniform(0, hours * 0.9) for _ in range(referrals))
        began = office.clock.now
        for hour in range(hours):
            while due and due[0] <= hour + 1:
                due.pop(0)
                work.refer(len(work.sent))
            office.world.drain()
            work.an_hour()
            if hour % _LEAVERS_EVERY == _LEAVERS_EVERY - 1:
                work.somebody_leaves()
            office.world.system.reconcile()
            office.clock.now = max(office.clock.now, began + timedelta(hours=hour + 1))
            report.missed += check.missed()
            report.hours = hour + 1
            progress(hour + 1, hours)
            if stop_at_first and report.missed:
                break
        report.done, report.refused = work.done, office.refused
    return report
