"""Records that could not be handled, stored in the service's database until a person redrives or drops them."""

import hashlib
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.envelope import NotAnEvent
from services.platform.db import inbox
from services.platform.db.tables import PlatformTables
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore
from services.platform.dispatcher import Dispatcher
from services.platform.errors import NotFound
from services.platform.i18n import N_
from services.platform.messaging.log import Delivered
from services.platform.messaging.translate import Translator
from services.platform.service import Service, Subscriptions

MAX_UNDECIDED = 10
OUT_OF = 200
"""Ten undecided dead letters out of two hundred events (5 %), consecutive or not, indicate a fault in our code."""

_KEY_LENGTH = 64


class RedriveReason(StrEnum):
    """Why it can be handled now."""

    FAULT_MENDED = "fault_mended"
    PART_IS_BACK = "part_is_back"


class DropReason(StrEnum):
    """Why it need not be handled."""

    TOLD_AGAIN = "told_again"
    SENT_WRONGLY = "sent_wrongly"
    A_TEST = "a_test"


class NoSuchDeadLetter(NotFound):
    """This dead letter does not exist, or it was redriven or dropped before."""

    title = N_("No such dead letter")


def add(service: Service, record: Delivered, reason: str) -> bool:
    """Stores the record with its reason and marks its event as handled, in one transaction.

    Returns False and stores nothing when the event was handled or dead-lettered before.
    """
    event = _event(record.value)
    with service.database.write() as connection:
        if event is not None and not inbox.first_time(connection, service.tables, event.id, at=service.clock()):
            return False
        return insert_or_ignore(
            connection,
            service.tables.dead_letters,
            {
                "id": _id_of(record),
                "topic": record.topic,
                "partition": record.partition,
                "position": record.position,
                # The sender may have written anything here.
                "key": record.key.replace("\0", "")[:_KEY_LENGTH],
                "value": record.value,
                "event_id": event.id if event else None,
                "event_type": event.type if event else None,
                "reason": reason,
                "dead_lettered_at": service.clock(),
            },
        )


def at_limit(connection: sa.Connection, tables: PlatformTables) -> bool:
    """Returns whether so many dead letters wait that another one indicates a fault in our code.

    Counted in the database, so that a restart does not reset it; like Sentry's arroyo, it stops the consumer instead of
    dead-lettering a whole topic. The consumer continues after a person has redriven or dropped some.
    """
    marks, letters = tables.inbox.c, tables.dead_letters.c
    window = sa.select(marks.handled_at).order_by(marks.handled_at.desc()).offset(OUT_OF - 1).limit(1)
    began = connection.execute(window).scalar()
    recent = sa.select(sa.func.count()).select_from(tables.dead_letters)
    if began is not None:
        recent = recent.where(letters.dead_lettered_at >= began)
    return bool(connection.execute(recent).scalar_one() >= MAX_UNDECIDED)


def _id_of(record: Delivered) -> UUID:
    """The same record has the same id, so a redelivery is dead-lettered only once.

    The id includes the bytes: after a broker lost its disk, another record may have the same offset.
    """
    position = f"{record.topic}/{record.partition}/{record.position}"
    return uuid5(NAMESPACE_URL, f"dead-letter:{position}/{hashlib.sha256(record.value).hexdigest()}")


def waiting(service: Service) -> list[UUID]:
    """Returns the ids of the dead letters, oldest first."""
    letters = service.tables.dead_letters
    with service.database.read() as connection:
        return list(connection.execute(sa.select(letters.c.id).order_by(letters.c.dead_lettered_at)).scalars())


def redrive(
    letter_id: UUID,
    reason: RedriveReason,
    *,
    transaction: Transaction,
    dispatcher: Dispatcher,
    subscriptions: Subscriptions,
) -> None:
    """Handles a dead letter again, once, in an open transaction.

    Raises NoSuchDeadLetter, or the error of the handler; then the dead letter stays.
    """
    letter = _take(letter_id, transaction, dispatcher.tables)
    _audit(transaction, "dead_letter.redriven", letter, reason)
    caused = Translator(subscriptions).command_of(letter.value)
    if caused is None:
        return
    marks = dispatcher.tables.inbox
    transaction.connection.execute(sa.delete(marks).where(marks.c.event_id == caused.event_id))
    dispatcher.handle_event_in(transaction.batch, caused)


def drop(letter_id: UUID, reason: DropReason, *, transaction: Transaction, dispatcher: Dispatcher) -> None:
    """Deletes a dead letter: its event will have no effect here. Raises NoSuchDeadLetter."""
    _audit(transaction, "dead_letter.dropped", _take(letter_id, transaction, dispatcher.tables), reason)


def _event(value: bytes) -> envelope.Envelope | None:
    try:
        return envelope.read(value)
    except NotAnEvent:
        return None


def _take(letter_id: UUID, transaction: Transaction, tables: PlatformTables) -> sa.Row[Any]:
    """Deletes the letter: of two concurrent decisions, the later one does not find it. Its event's inbox mark stays."""
    letters = tables.dead_letters
    taken = sa.delete(letters).where(letters.c.id == letter_id).returning(*letters.c)
    letter = transaction.connection.execute(taken).one_or_none()
    if letter is None:
        raise NoSuchDeadLetter
    return letter


def _audit(transaction: Transaction, what: str, letter: sa.Row[Any], reason: StrEnum) -> None:
    transaction.audit(
        what,
        subject_type="dead_letter",
        subject_id=letter.id,
        reason=reason.value,
        details={
            "event": str(letter.event_id),
            "topic": letter.topic,
            "partition": letter.partition,
            "position": letter.position,
        },
    )
