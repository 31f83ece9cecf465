"""Rows of several tables in one statement are the rows that a statement for each table makes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.types import Json, UtcDateTime

_metadata = new_metadata()
_kernel = platform_tables(_metadata)
_people = sa.Table(
    "people",
    _metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.String(8), nullable=False, unique=True),
    sa.Column("height", sa.Double, nullable=True),
    sa.Column("well", sa.Boolean, nullable=True),
    sa.Column("born", UtcDateTime, nullable=True),
    sa.Column("more", Json, nullable=True),
)
_visits = sa.Table("visits", _metadata, sa.Column("person_id", sa.ForeignKey(_people.c.id)), sa.Column("note", sa.Text))
_AT = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


@pytest.fixture
def batch(database_url: str) -> Iterator[Batch]:
    """In which few rows wait: of PostgreSQL they are written at once."""
    database = Database(database_url)
    with database.write() as connection:
        _metadata.create_all(connection)
    with database.write() as connection:
        yield Batch(connection)
    database.close()


def write(batch: Batch, rows: Mapping[sa.Table, Sequence[Mapping[str, Any]]]) -> None:
    for table, some in rows.items():
        for row in some:
            batch.insert(table, row)
    batch.write()


def a_person(name: str, **said: Any) -> dict[str, Any]:
    return {"id": uuid4(), "name": name, "height": None, "well": None, "born": None, "more": None, **said}


def a_visit(person_id: UUID) -> dict[str, Any]:
    return {"person_id": person_id, "note": None}


class TestRowsInsertedAtOnce:
    def test_come_back_as_they_were_given_those_that_refer_to_others_too(self, batch: Batch) -> None:
        said = {"height": 1.5, "well": True, "born": _AT, "more": {"likes": ["tea"]}}
        people = [a_person("Ada", **said), a_person("Bea"), a_person("Cem", more=[])]

        write(batch, {_visits: [a_visit(one["id"]) for one in people], _people: people})

        rows = batch.connection.execute(sa.select(_people).order_by(_people.c.name)).mappings()
        assert [dict(row) for row in rows] == people
        assert batch.connection.execute(sa.select(sa.func.count()).select_from(_visits)).scalar_one() == 3

    def test_may_say_nothing_but_null_of_a_column(self, batch: Batch) -> None:
        people = [a_person("Ada"), a_person("Bea")]

        write(batch, {_people: people, _visits: [a_visit(people[0]["id"])]})

        assert batch.connection.execute(sa.select(_people.c.well, _people.c.height)).all() == [(None, None)] * 2

    def test_are_numbered_in_the_order_in_which_they_were_given(self, batch: Batch) -> None:
        events = [
            {"event_id": uuid4(), "topic": "t", "key": "k", "value": str(n).encode(), "created_at": _AT}
            for n in range(9)
        ]

        write(batch, {_kernel.outbox: events, _people: [a_person("Ada")]})

        waiting = sa.select(_kernel.outbox.c.value).order_by(_kernel.outbox.c.position)
        assert batch.connection.execute(waiting).scalars().all() == [event["value"] for event in events]

    @pytest.mark.parametrize("wrong", [{"name": "Ada"}, {"name": None}])
    def test_are_refused_as_one(self, batch: Batch, wrong: Any) -> None:
        people = [a_person("Ada"), {**a_person("Bea"), **wrong}]

        with pytest.raises(sa.exc.IntegrityError), batch.connection.begin_nested():
            write(batch, {_people: people, _visits: [a_visit(people[0]["id"])]})

        assert batch.connection.execute(sa.select(_people)).all() == []

    def test_are_never_cut_short(self, batch: Batch) -> None:
        if batch.connection.dialect.name == "sqlite":
            pytest.skip("SQLite has no longest text")

        with pytest.raises(sa.exc.DataError), batch.connection.begin_nested():
            write(
                batch, {_people: [a_person("far too long")], _kernel.inbox: [{"event_id": uuid4(), "handled_at": _AT}]}
            )

    def test_are_refused_when_they_refer_to_nothing(self, batch: Batch) -> None:
        with pytest.raises(sa.exc.IntegrityError), batch.connection.begin_nested():
            write(batch, {_people: [a_person("Ada")], _visits: [a_visit(uuid4())]})

        assert batch.connection.execute(sa.select(_people)).all() == []
