"""Telling again what a service holds, some at a time, because another service asked for it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.contracts.retelling import StateTold
from services.contracts.schema import EventSchema


@dataclass(frozen=True, kw_only=True)
class HearRetellingAsked:
    """Somebody asks for what is on these topics: of these referrals, or of all (None)."""

    asking_id: UUID
    topics: frozenset[str]
    referral_ids: tuple[UUID, ...] | None
    asked_at: datetime


@dataclass(frozen=True)
class TellAgainSome:
    """Go on with the oldest retelling that is not done. Its handler gives 0 when there is none."""


@dataclass(frozen=True, kw_only=True)
class Retelling:
    """How far it has come. `place` is the id of what was told last; what came after `asked_at` is told anyway."""

    id: UUID
    topics: frozenset[str]
    asked_at: datetime
    place: UUID | None = None
    told: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Some:
    """A part of a retelling. `last` is None when it was the last part."""

    last: UUID | None
    told: Mapping[str, int]


class Retellings(Protocol):
    def begin(self, asking_id: UUID, topics: Collection[str], *, asked_at: datetime) -> None: ...

    def next(self) -> Retelling | None:
        """The oldest that is not done, held until this transaction ends. None too while another process holds it."""

    def keep(self, retelling: Retelling, some: Some, *, at: datetime) -> None:
        """Note how far it has come."""


class Teller(Protocol):
    """What of a unit of work a retelling needs."""

    @property
    def retellings(self) -> Retellings: ...

    @property
    def at(self) -> datetime: ...

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


class OfTopics:
    """Publishes what is of these topics, and keeps quiet of the rest."""

    def __init__(self, teller: Teller, topics: Collection[str]) -> None:
        self._teller = teller
        self._topics = topics

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        if schema.topic in self._topics:
            self._teller.publish(schema, data)


def asked(event: Mapping[str, Any]) -> HearRetellingAsked:
    """For subscriptions: any service's asking as a command."""
    ids = event["referral_ids"]
    return HearRetellingAsked(
        asking_id=event["asking_id"],
        topics=frozenset(event["topics"]),
        referral_ids=None if ids is None else tuple(ids),
        asked_at=event["asked_at"],
    )


def tell_some(teller: Teller, tell: Callable[[Retelling], Some], ended: type[StateTold]) -> int:
    """Tell one part of the oldest retelling, and with the last part say how much it was. Gives 0 when none waits."""
    retelling = teller.retellings.next()
    if retelling is None:
        return 0
    some = tell(retelling)
    told = Counter(retelling.told)
    told.update(some.told)
    some = Some(last=some.last, told=told)
    teller.retellings.keep(retelling, some, at=teller.at)
    if some.last is None:
        counts = [{"topic": topic, "count": told[topic]} for topic in sorted(retelling.topics)]
        teller.publish(ended, {"asking_id": retelling.id, "version": 1, "told": counts, "told_at": teller.at})
    return 1
