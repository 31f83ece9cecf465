"""Converts a record's bytes into a command."""

from marshmallow import ValidationError

from services.contracts import envelope
from services.contracts.envelope import NotAnEvent
from services.contracts.schema import UnknownVersion
from services.platform.dispatcher import EventCommand
from services.platform.service import Subscriptions


class Unreadable(Exception):
    """A record that can never be handled as it is. The message names fields and types, never values."""


class Translator:
    def __init__(self, subscriptions: Subscriptions) -> None:
        self._schemas = {schema.type: schema for schema in subscriptions}
        self._commands = subscriptions
        self.topics = tuple(sorted({schema.topic for schema in subscriptions}))

    def command_of(self, value: bytes) -> EventCommand | None:
        """Returns the command, or None if the service ignores the event.

        Upcasts an earlier version to the subscribed one.
        Raises Unreadable on bytes that are not an event, on data that does not match the schema, and on an unknown
        version of a known type: skipping that would lose it.
        """
        try:
            event = envelope.read(value)
        except NotAnEvent as error:
            raise Unreadable(str(error)) from None
        schema = self._schemas.get(event.type)
        if schema is None:
            return None
        try:
            data = schema.read(event.version, event.data)
        except UnknownVersion:
            raise Unreadable(f"{event.type} has no version {event.version} here") from None
        except ValidationError as error:
            raise Unreadable(f"{event.type}: {', '.join(sorted(error.messages_dict))}") from None
        command = self._commands[schema](data)
        if command is None:
            return None
        return EventCommand(
            command=command,
            event_id=event.id,
            event_type=event.type,
            written_at=event.time,
            correlation_id=event.correlation_id,
        )
