"""A log that delivers what it is given: once and in order, or as a bad night does it."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from services.contracts.topics import TOPICS
from services.platform.messaging.log import Delivered, Record

MAX_COPIES = 10


def shuffled(records: Sequence[Record], chance: Random) -> list[Record]:
    """Each record up to ten times. Those of one topic and key come for the first time in their order, as Kafka keeps it;
    nothing else of the order is left, and repetitions come whenever they come.
    """
    queues: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        queues[record.topic, record.key].append(record)
    turns = [queue for queue, waiting in queues.items() for _ in waiting]
    chance.shuffle(turns)
    for waiting in queues.values():
        waiting.reverse()
    first = [queues[turn].pop() for turn in turns]
    placed = [(float(index), record) for index, record in enumerate(first)]
    for index, record in enumerate(first):
        placed += [(chance.uniform(index, len(first)), record) for _ in range(chance.randrange(MAX_COPIES))]
    return [record for _, record in sorted(placed, key=lambda one: one[0])]


class Deliveries:
    """The log of one group, to be read to its end."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._waiting = [
            Delivered(topic=record.topic, key=record.key, value=record.value, position=position)
            for position, record in enumerate(records)
        ]

    def append(self, records: Sequence[Record]) -> None:
        raise AssertionError("nobody sends here")

    def poll(self, group: str, topics: Sequence[str], *, limit: int, wait: float) -> list[Delivered]:
        return self._waiting[:limit]

    def commit(self, group: str, delivered: Sequence[Delivered]) -> None:
        self._waiting = self._waiting[len(delivered) :]

    def close(self) -> None:
        """It holds nothing."""


def read_by(service: str, records: Sequence[Record]) -> list[Record]:
    """Those on topics that the service reads."""
    topics = {topic.name for topic in TOPICS if service in topic.readers}
    return [record for record in records if record.topic in topics]
