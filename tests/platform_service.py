"""A service small enough to test the platform with: it keeps notes, and hears of members of staff."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts import envelope, topics
from services.contracts.accounts import StaffChangedV1
from services.contracts.codes import OrganisationClass
from services.platform.clock import Clock
from services.platform.db.engine import Database
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.transaction import Transaction
from services.platform.db.types import UtcDateTime
from services.platform.dispatcher import Dispatcher
from services.platform.messaging.log import Record
from services.platform.service import Routes, Service
from services.platform.settings import Settings
from services.platform.ui import static_files
from tests.web_app import METRICS_TOKEN, FakeIdentities

metadata = new_metadata()
tables = platform_tables(metadata)
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("text", sa.String(100), nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class WriteNote:
    text: str
    staff_id: UUID


class Refused(Exception):
    """What a handler raises for the text 'refuse'."""


def write_note(command: WriteNote, transaction: Transaction) -> UUID:
    note_id = uuid4()
    transaction.connection.execute(sa.insert(notes).values(id=note_id, text=command.text, written_at=transaction.at))
    transaction.publish(StaffChangedV1, a_member(command.staff_id) | {"active": False})
    transaction.audit("note.written", subject_type="note", subject_id=note_id)
    if command.text == "refuse":
        raise Refused
    return note_id


def a_member(staff_id: UUID, *, name: str = "Amara Osei") -> dict[str, Any]:
    """The data of an event that a member of staff changed."""
    return {
        "staff_id": staff_id,
        "version": 1,
        "display_name": name,
        "organisation_id": uuid4(),
        "organisation_name": "Anytown Council",
        "organisation_class": OrganisationClass.LOCAL_AUTHORITY,
        "roles": [],
        "teams": [],
        "areas": [],
        "active": True,
    }


def a_record(*, name: str = "Amara Osei", value: bytes | None = None) -> Record:
    """A record that a member of staff changed, or one with this value."""
    staff_id = uuid4()
    if value is None:
        value = envelope.write(
            StaffChangedV1,
            a_member(staff_id, name=name),
            event_id=uuid4(),
            time=a_clock(),
            correlation_id=uuid4(),
            causation_id=None,
        )
    return Record(topic=topics.STAFF.name, key=str(staff_id), value=value)


def a_clock() -> datetime:
    return datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def on_member(event: dict[str, Any]) -> WriteNote | None:
    return WriteNote(text=event["display_name"], staff_id=event["staff_id"]) if event["active"] else None


def a_service(url: str, *, name: str = "notes", clock: Clock = a_clock, batch_size: int = 1) -> Service:
    """The service on an empty database, its tables made."""
    database = Database(url)
    with database.write() as connection:
        metadata.create_all(connection)
    dispatcher = Dispatcher(
        service=name,
        database=database,
        tables=tables,
        unit_of_work=lambda transaction: transaction,
        handlers={WriteNote: write_note},
        clock=clock,
    )
    return Service(
        name=name,
        settings=Settings(
            database_url=url, secret_key=b"k" * 32, https=False, demonstration=True, metrics_token=METRICS_TOKEN
        ),
        identities=FakeIdentities(),
        database=database,
        metadata=metadata,
        tables=tables,
        dispatcher=dispatcher,
        migrations=Path("migrations"),
        routes=lambda: Routes(blueprints=[static_files.blueprint]),
        subscriptions={StaffChangedV1: on_member},
        batch_size=batch_size,
        clock=clock,
    )


def texts(service: Service) -> list[str]:
    """The texts of all notes, sorted."""
    with service.database.read() as connection:
        return sorted(connection.execute(sa.select(notes.c.text)).scalars())


def count(service: Service, table: sa.Table) -> int:
    with service.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
