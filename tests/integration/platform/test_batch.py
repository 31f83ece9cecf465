"""Rows that wait to be written together, and what the events of one poll share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from services.platform.dispatcher import Dispatcher, EventCommand
from tests.platform_service import WriteNote, a_clock, tables, write_note
from tests.platform_service import metadata as platform_metadata

_metadata = sa.MetaData()
_people = sa.Table("people", _metadata, sa.Column("name", sa.String, primary_key=True), sa.Column("age", sa.Integer))
_visits = sa.Table("visits", _metadata, sa.Column("name", sa.ForeignKey(_people.c.name)))
_GREW = sa.update(_people).where(_people.c.name == sa.bindparam("whose")).values(age=sa.bindparam("now"))


@contextmanager
def a_batch(url: str) -> Iterator[tuple[Batch, list[str]]]:
    """On empty tables, with the statements that reach the database."""
    database, asked = Database(url), list[str]()
    with database.write() as connection:
        _metadata.create_all(connection)
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *given: asked.append(str(given[2]).split(maxsplit=1)[0])
    )
    with database.write() as connection:
        asked.clear()
        yield Batch(connection), asked
    database.close()


def ages(connection: sa.Connection) -> dict[str, int | None]:
    return {row.name: row.age for row in connection.execute(sa.select(_people))}


class TestRowsThatWait:
    def test_take_one_statement_for_each_table(self, database_url: str) -> None:
        names = [f"Ada {number}" for number in range(50)]
        with a_batch(database_url) as (batch, asked):
            for name in names:
                batch.insert(_people, {"name": name, "age": 15})
                batch.insert(_visits, {"name": name})

            batch.write()

            assert asked == ["INSERT", "INSERT"]
            assert ages(batch.connection) == dict.fromkeys(names, 15)

    def test_take_one_statement_on_postgresql_when_they_are_few(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, asked):
            for name in ("Ada", "Bea", "Cem"):
                batch.insert(_visits, {"name": name})
                batch.insert(_people, {"name": name, "age": 15})

            batch.write()

            assert asked == (["WITH"] if batch.connection.dialect.name == "postgresql" else ["INSERT", "INSERT"])
            assert ages(batch.connection) == {"Ada": 15, "Bea": 15, "Cem": 15}
            assert batch.connection.execute(sa.select(_visits.c.name)).scalars().all() == ["Ada", "Bea", "Cem"]

    def test_are_seen_by_whatever_is_asked_next(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, _):
            batch.insert(_people, {"name": "Ada", "age": 15})

            assert ages(batch.connection) == {"Ada": 15}

    def test_are_written_after_those_that_they_refer_to(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, _):
            batch.connection.execute(sa.insert(_people), {"name": "Ada", "age": 15})
            batch.insert(_visits, {"name": "Ada"})
            batch.insert(_people, {"name": "Bea", "age": 16})
            batch.insert(_visits, {"name": "Bea"})

            batch.write()

            assert batch.connection.execute(sa.select(_visits.c.name)).scalars().all() == ["Ada", "Bea"]

    def test_are_changed_only_once_they_are_there(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, _):
            batch.later(_GREW, {"whose": "Ada", "now": 16})
            batch.insert(_people, {"name": "Ada", "age": 15})

            assert ages(batch.connection) == {"Ada": 16}

    def test_give_way_to_a_later_state_of_the_same(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, asked):
            for age in (15, 16):
                batch.insert(_people, {"name": "Ada", "age": age}, of="Ada")
            for age in (17, 18):
                batch.later(_GREW, {"whose": "Ada", "now": age}, of="Ada")
            waited = batch.waits(_people, of="Ada")

            batch.write()

            assert asked == ["INSERT", "UPDATE"]
            assert ages(batch.connection) == {"Ada": 18}
            assert (waited, batch.waits(_people, of="Ada")) == (True, False)

    def test_that_may_not_be_there_fail_before_the_commit(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, _):
            batch.insert(_people, {"name": "Ada", "age": 15})
            batch.insert(_people, {"name": "Ada", "age": 16})

            with pytest.raises(sa.exc.IntegrityError):
                batch.write()
            batch.connection.rollback()

        with a_batch(database_url) as (batch, _):
            assert ages(batch.connection) == {}


class TestWhatABatchShares:
    def test_is_made_once(self, database_url: str) -> None:
        with a_batch(database_url) as (batch, _):
            assert batch.shared(_Kept) is batch.shared(_Kept)

    def test_is_told_first_what_commands_there_are(self, database_url: str) -> None:
        told: list[object] = []
        dispatcher = a_dispatcher(database_url, prefetch=lambda _batch, commands: told.extend(commands))
        events = [an_event("one"), an_event("two")]
        dispatcher.handle_events(events[:1])
        told.clear()

        dispatcher.handle_events([*events, events[1]])

        assert told == [events[1].command]


class _Kept:
    def __init__(self, batch: Batch) -> None:
        self.batch = batch


def an_event(text: str) -> EventCommand:
    return EventCommand(
        command=WriteNote(text=text, staff_id=uuid4()),
        event_id=uuid4(),
        event_type="notes.note.asked_for",
        written_at=a_clock(),
        correlation_id=uuid4(),
    )


def a_dispatcher(url: str, *, prefetch: Callable[[Batch, Sequence[object]], None]) -> Dispatcher:
    database = Database(url)
    with database.write() as connection:
        platform_metadata.create_all(connection)

    def same(transaction: Any) -> Any:
        return transaction

    return Dispatcher(
        service="notes",
        database=database,
        tables=tables,
        unit_of_work=same,
        handlers={WriteNote: write_note},
        clock=a_clock,
        prefetch=prefetch,
    )
