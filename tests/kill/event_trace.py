"""What a log has carried since its beginning: every event, how often it was sent, and what caused it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self
from uuid import UUID

from services.contracts import envelope
from services.platform.messaging.embedded import EmbeddedLog

_ALL = 10_000_000


class Carried(Protocol):
    """A log read beside the system that writes it; whoever reads here never says that it is done."""

    def values(self, topics: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        """Every record of these topics, as topic and value."""

    def length(self, topics: Sequence[str]) -> int: ...

    def waits(self, group: str, topics: Sequence[str]) -> bool:
        """Whether there is something that the group has not committed."""

    def close(self) -> None: ...


class InOneFile:
    """The embedded log."""

    def __init__(self, log: EmbeddedLog) -> None:
        self._log = log

    def values(self, topics: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        return ((record.topic, record.value) for record in self._log.poll("reconciliation", topics, limit=_ALL, wait=0))

    def length(self, topics: Sequence[str]) -> int:
        return len(self._log.poll("reconciliation", topics, limit=_ALL, wait=0))

    def waits(self, group: str, topics: Sequence[str]) -> bool:
        return bool(self._log.poll(group, topics, limit=1, wait=0))

    def close(self) -> None:
        """It is closed with its system."""


@dataclass(frozen=True, slots=True)
class Event:
    topic: str
    type: str
    about: str
    """The referral, where it names one."""
    cause: UUID | None
    """The event whose handler told it."""


@dataclass
class Trail:
    events: dict[UUID, Event] = field(default_factory=dict)
    times: Counter[UUID] = field(default_factory=Counter)

    @classmethod
    def of(cls, carried: Carried, topics: Sequence[str]) -> Self:
        event_trace = cls()
        for topic, value in carried.values(topics):
            read = envelope.read(value)
            about = str(read.data.get("referral_id") or read.key)
            event_trace.times[read.id] += 1
            event_trace.events[read.id] = Event(topic, read.type, about, read.causation_id)
        return event_trace

    def sent_twice(self) -> int:
        """How many events were sent more than once: without any, no test of redelivery has bitten."""
        return sum(times > 1 for times in self.times.values())

    def done_twice(self) -> list[str]:
        """What one event caused more than once. Where nothing is amended, it causes one event of a type per referral."""
        effects = Counter(
            (event.cause, event.type, event.about) for event in self.events.values() if event.cause is not None
        )
        return [
            f"{cause} caused {kind} of {about} {times} times"
            for (cause, kind, about), times in effects.items()
            if times > 1
        ]
