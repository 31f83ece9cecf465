"""Loads the demonstration into an empty folder, once."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from services.demo.api_client import ApiClient
from services.demo.people import Person, people
from services.demo.plans import PLANS, Plan
from services.demo.referrals import referral
from services.demo.scenarios import ScenarioRun
from services.demo.schedule import ScenarioClock, Schedule
from services.embedded import staff
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.oversight.freezing import Freeze

Report = Callable[[str, int, int], None]

_SEED = 20261122
_BEGAN = timedelta(days=45)
_STEP = "Run the demonstration's scenarios"


def is_loaded(folder: Folder) -> bool:
    return folder.loaded.exists()


def load(
    folder: Folder,
    *,
    database_url: Callable[[str], str] | None = None,
    report: Report = lambda *_: None,
) -> None:
    """Loads the referrals of every plan to its stage. Data of an interrupted load is deleted first.

    The databases are in the folder unless `database_url` gives another location.
    """
    _begin(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    clock = ScenarioClock(now - _BEGAN)
    system = embedded.build(folder, clock=clock, database_url=database_url)
    system.do_not_wait_for_the_disk()
    try:
        system.migrate()
        staff.load(system, folder)
        system.drain()
        schedule = Schedule(clock, drain=system.drain, until=now)
        for at, run in _scenario_runs(ApiClient(system, clock), now):
            schedule.add(at, run.scenario())
        schedule.run(lambda done, total: report(_STEP, done, total))
        system.services["oversight"].dispatcher.handle(Freeze(immediately=True), actor=None)
        system.seal()
    finally:
        system.close()
    os.sync()  # before the folder is marked as loaded
    folder.loading.rename(folder.loaded)


def _begin(folder: Folder) -> None:
    if folder.loading.exists():
        folder.delete_data()
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.loading.touch()


def _scenario_runs(client: ApiClient, now: datetime) -> Iterator[tuple[datetime, ScenarioRun]]:
    """Yields every referral of every plan with its time, the same ones each time."""
    chance = random.Random(_SEED)  # noqa: S311 (no secret is made here)
    remaining = people(today=now.date(), chance=chance)
    for plan in PLANS:
        for _ in range(plan.count):
            at = now - timedelta(hours=chance.uniform(*plan.hours))
            person = _next_of_age(remaining, plan, at.date())
            body = referral(person, at=at, chance=chance, area=plan.area, danger=plan.danger)
            own_chance = random.Random(chance.random())  # noqa: S311
            yield at, ScenarioRun(client=client, plan=plan, body=body, chance=own_chance)


def _next_of_age(remaining: list[Person], plan: Plan, on: date) -> Person:
    """Removes and returns the next person of the ages that the plan's team takes."""
    index = next(
        index for index, person in enumerate(remaining) if plan.takes((on - person.date_of_birth).days / 365.25)
    )
    return remaining.pop(index)
