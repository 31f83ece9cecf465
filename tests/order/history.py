"""A drawn history of a whole Waymark, as it happened: every record that its services sent each other, in order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from services.contracts.topics import TOPICS
from services.intake.domain.rules import AnswersDisagree
from services.platform.errors import ApplicationError
from services.platform.messaging.log import Record
from tests.order.readers import Readers
from tests.order.referrers import Referrers
from tests.world import World, a_world

_ALL = 100_000
_EVENTS_OF_A_YOUNG_PERSON = 80
"""Roughly: about five referrals."""
_ACTS = (("refer", 10), ("amend", 4), ("withdraw", 1), ("decide_match", 14), ("review", 10), ("work", 8))
_PAGE_SIZE = 4
"""So many acts before what they told has gone everywhere."""


class Passing:
    """A clock on which every look is a little later, and between two acts hours pass."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=7)
        return self.now


def told(folder: Path, *, events: int, seed: int) -> list[Record]:
    """At least so many records of what people did and what the services made of it."""
    chance, clock = Random(seed), Passing()  # noqa: S311 (nothing here is secret)
    with a_world(folder, clock=clock) as world:
        services = world.system.services
        world.system.do_not_wait_for_the_disk()
        for database in (world.system.log.database, *(service.database for service in services.values())):
            database.close()
        young_people = max(3, events // _EVENTS_OF_A_YOUNG_PERSON)
        referrers = Referrers(services["intake"], chance, young_people=young_people)
        referrers.refer()
        readers = Readers(services["casework"], chance, clock)
        records: list[Record] = []
        while len(records) < events:
            for act in chance.choices([name for name, _ in _ACTS], [often for _, often in _ACTS], k=_PAGE_SIZE):
                _do(act, referrers, readers, clock, chance)
            world.drain()
            records += _carried(world)
        return records


def _do(act: str, referrers: Referrers, readers: Readers, clock: Passing, chance: Random) -> None:
    clock.now += timedelta(minutes=chance.randrange(1, 600))
    try:
        getattr(referrers if hasattr(referrers, act) else readers, act)()
    except AnswersDisagree:
        # Nobody draws what contradicts itself: such an act would be left out of every history, unseen.
        raise
    except ApplicationError:
        # Drawn acts meet what is not allowed: nothing happens then.
        return


def _carried(world: World) -> list[Record]:
    """What has been sent since it was last asked. The log itself keeps nothing for as long as a history lasts."""
    found = world.system.log.poll("history", [topic.name for topic in TOPICS], limit=_ALL, wait=0)
    if found:
        world.system.log.commit("history", found)
    return [Record(topic=record.topic, key=record.key, value=record.value) for record in found]
