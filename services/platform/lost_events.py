"""Sends lost events again: the owner lists what it sent, and a reader requests what it has not handled.

A broker may lose acknowledged records. The outbox stores them for two weeks, and a reader's inbox marks show what has
arrived: no other record is needed, and events are sent again unchanged.
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
    """Lists events published long enough ago. Returns 0 once nothing more waits to be listed."""


@dataclass(frozen=True, kw_only=True)
class RequestLostEvents:
    """An owner has published these events, of types that this service reads."""

    event_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class RepublishLostEvents:
    """A reader lacks these events of this service."""

    event_ids: tuple[UUID, ...]


class PublishedEvents(Protocol):
    def next_to_list(self, *, at: datetime) -> "Sequence[Listable]":
        """Returns the next events to list and marks them as listed: a part for each delay."""

    def send_again(self, event_ids: Collection[UUID]) -> int:
        """Lets the relay send these again. Returns how many are still stored."""


class HandledEvents(Protocol):
    def not_among(self, event_ids: Collection[UUID]) -> list[UUID]:
        """Returns those that were neither handled nor dead-lettered here."""


@dataclass(frozen=True, kw_only=True)
class Listable:
    events: Sequence[tuple[UUID, str]]
    """Ids and types. None if the whole page consists of lists."""
    more: bool
    """Whether the page is full."""


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
    """Handles ListPublishedEvents by publishing this event."""

    def handler(_command: ListPublishedEvents, uow: Owner) -> int:
        parts = uow.published_events.next_to_list(at=uow.at)
        for part in parts:
            if part.events:
                events = [{"event_id": event_id, "event_type": event_type} for event_id, event_type in part.events]
                uow.publish(schema, {"list_id": uuid4(), "version": 1, "events": events})
        return sum(part.more for part in parts)

    return handler


def request_lost(schema: type[LostEventsRequested]) -> Callable[[RequestLostEvents, Reader], None]:
    """Handles RequestLostEvents by publishing this event."""

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
    """For subscriptions: converts an owner's list into the events that are read here."""
    types = {schema.type for schema in subscriptions}
    return RequestLostEvents(event_ids=tuple(e["event_id"] for e in event["events"] if e["event_type"] in types))


def requested(event: Mapping[str, Any]) -> RepublishLostEvents:
    """For subscriptions: converts a reader's request for lost events."""
    return RepublishLostEvents(event_ids=tuple(event["event_ids"]))
