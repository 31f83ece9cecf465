"""What could not be handled, kept where the record it came from is kept, until a person redrives or drops it."""

from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.envelope import NotAnEvent
from services.kernel.bus.log import Delivered
from services.kernel.bus.translate import Translator
from services.kernel.db import inbox
from services.kernel.db.upsert import insert_or_ignore
from services.kernel.errors import NotFound
from services.kernel.service import Service
from services.kernel.text import N_


class NoSuchDeadLetter(NotFound):
    """There is no dead letter with this id, or it was redriven before."""

    title = N_("No such dead letter")


def bury(service: Service, record: Delivered, reason: str) -> None:
    """Keep the record with its reason and mark its event as handled, in one transaction."""
    try:
        event: envelope.Envelope | None = envelope.read(record.value)
    except NotAnEvent:
        event = None
    with service.database.write() as connection:
        if event is not None:
            inbox.first_time(connection, service.tables, event.id, at=service.clock())
        insert_or_ignore(
            connection,
            service.tables.dead_letters,
            {
                "id": uuid4(),
                "topic": record.topic,
                "position": record.position,
                "key": record.key,
                "value": record.value,
                "event_id": event.id if event else None,
                "event_type": event.type if event else None,
                "reason": reason,
                "buried_at": service.clock(),
            },
        )


def waiting(service: Service) -> list[UUID]:
    """The ids of the dead letters not yet redriven, oldest first."""
    letters = service.tables.dead_letters
    with service.database.read() as connection:
        found = sa.select(letters.c.id).where(letters.c.redriven_at.is_(None)).order_by(letters.c.buried_at)
        return list(connection.execute(found).scalars())


def redrive(service: Service, letter_id: UUID) -> None:
    """Handle a dead letter again, once. Raises NoSuchDeadLetter, or what made it a dead letter; it stays then."""
    letters = service.tables.dead_letters
    with service.database.write() as connection:
        claimed = (
            sa.update(letters)
            .where(letters.c.id == letter_id, letters.c.redriven_at.is_(None))
            .values(redriven_at=service.clock())
            .returning(letters.c.value)
        )
        value = connection.execute(claimed).scalar_one_or_none()
        if value is None:
            raise NoSuchDeadLetter
        caused = Translator(service.subscriptions).command_of(value)
        if caused is None:
            return
        marks = service.tables.inbox
        connection.execute(sa.delete(marks).where(marks.c.event_id == caused.event_id))
        service.dispatcher.handle_event_in(connection, caused)
