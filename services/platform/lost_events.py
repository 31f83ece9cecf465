"""Sending lost events again: the owner lists what it sent, a reader asks for what it has not handled.

A broker may lose what it had acknowledged. The outbox still holds it for two weeks, and a reader's inbox marks say what
has arrived: no other record of either is needed, and the events are sent again as they were.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from services.contracts.lost_events import EventsListed, LostEventsRequested
from services.contracts.schema import EventSchema


@dataclass(frozen=True)
class ListPublishedEvents:
    """List what was sent long enough ago. Gives 0 once nothing more waits to be listed."""


@dataclass(frozen=True, kw_only=True)
class RequestLostEvents:
    """An owner has sent these events, of types that we read."""

    event_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class RepublishLostEvents:
    """A reader lacks these events of ours."""

    event_ids: tuple[UUID, ...]


class PublishedEvents(Protocol):
    def next_to_list(self, *, at: datetime) -> "Sequence[Listable]":
        """The next that were sent long enough ago, noted as listed: a part for each time after which they are."""

    def send_again(self, event_ids: Collection[UUID]) -> int:
        """Let the relay send these once more. Gives how many of them are still kept."""


class HandledEvents(Protocol):
    def not_among(self, event_ids: Collection[UUID]) -> list[UUID]:
        """Those of them that were neither handled nor dead-lettered here."""


@dataclass(frozen=True, kw_only=True)
class Listable:
    events: Sequence[tuple[UUID, str]]
    """Ids and types. None where all of a page were lists themselves."""
    more: bool
    """Whether as many wait as are listed at a time."""


class Owner(Protocol):
    @property
    def published_events(self) -> PublishedEvents: ...
    @property
    def at(self) -> datetime: ...
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...
    def audit(self, what: str, *, subject_type: str, subject_id: UUID | str, details: Mapping[str, Any]) -> None: ...


class Reader(Protocol):
    @property
    def handled_events(self) -> HandledEvents: ...
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


def list_published(schema: type[EventsListed]) -> Callable[[ListPublishedEvents, Owner], int]:
    """The handler of ListPublishedEvents, which says it by this event."""

    def handler(_command: ListPublishedEvents, uow: Owner) -> int:
        parts = uow.published_events.next_to_list(at=uow.at)
        for part in parts:
            if part.events:
                events = [{"event_id": event_id, "event_type": event_type} for event_id, event_type in part.events]
                uow.publish(schema, {"list_id": uuid4(), "version": 1, "events": events})
        return sum(part.more for part in parts)

    return handler


def request_lost(schema: type[LostEventsRequested]) -> Callable[[RequestLostEvents, Reader], None]:
    """The handler of RequestLostEvents, which asks by this event."""

    def handler(command: RequestLostEvents, uow: Reader) -> None:
        lost = uow.handled_events.not_among(command.event_ids)
        if lost:
            uow.publish(schema, {"request_id": uuid4(), "version": 1, "event_ids": lost})

    return handler


def republish_lost_events(command: RepublishLostEvents, uow: Owner) -> None:
    sent = uow.published_events.send_again(command.event_ids)
    if sent:
        ids = [str(event_id) for event_id in command.event_ids]
        uow.audit("events.sent_again", subject_type="event", subject_id=ids[0], details={"events": ids})


def listed(event: Mapping[str, Any], subscriptions: Iterable[type[EventSchema]]) -> RequestLostEvents:
    """For subscriptions: of what an owner lists, that which is read here."""
    types = {schema.type for schema in subscriptions}
    return RequestLostEvents(event_ids=tuple(e["event_id"] for e in event["events"] if e["event_type"] in types))


def requested(event: Mapping[str, Any]) -> RepublishLostEvents:
    """For subscriptions: what a reader lacks."""
    return RepublishLostEvents(event_ids=tuple(event["event_ids"]))
