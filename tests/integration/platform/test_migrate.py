"""A revision written from the tables makes a database that has them."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.platform.db import migrate
from services.platform.db.engine import Database
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.service import Service
from tests.platform_service import a_service, metadata, texts


def an_empty_service(database_url: str, folder: Path) -> Service:
    service = a_service(database_url)
    with service.database.write() as connection:
        metadata.drop_all(connection)
    return replace(service, migrations=folder)


class TestAWrittenRevision:
    def test_makes_every_table_and_leaves_no_difference(self, database_url: str, tmp_path: Path) -> None:
        service = an_empty_service(database_url, tmp_path)
        migrate.write_revision(service, "Create the notes")

        migrate.upgrade(service)

        assert migrate.differences(service) == []
        assert texts(service) == []

    def test_is_run_once(self, database_url: str, tmp_path: Path) -> None:
        service = an_empty_service(database_url, tmp_path)
        migrate.write_revision(service, "Create the notes")
        migrate.upgrade(service)

        migrate.upgrade(service)

        assert migrate.differences(service) == []

    def test_is_missed_where_a_table_is_new(self, database_url: str, tmp_path: Path) -> None:
        service = an_empty_service(database_url, tmp_path)
        migrate.write_revision(service, "Create the notes")
        migrate.upgrade(service)
        grown = new_metadata()
        platform_tables(grown)
        sa.Table("more", grown, sa.Column("id", sa.Integer, primary_key=True))

        assert migrate.differences(replace(service, metadata=grown)) != []

    def test_leaves_nothing_when_it_fails_half_way(self, database_url: str, tmp_path: Path) -> None:
        service = an_empty_service(database_url, tmp_path)
        path = migrate.write_revision(service, "Create the notes")
        path.write_text(
            path.read_text().replace("def downgrade", '    raise RuntimeError("killed")\n\n\ndef downgrade')
        )

        with pytest.raises(RuntimeError, match="killed"):
            migrate.upgrade(service)

        with Database(database_url).read() as connection:
            assert sa.inspect(connection).get_table_names() == []


class TestADatabaseFromBeforeTheFirstRelease:
    """Its revisions had numbers below 0100, and this code has none of them."""

    @pytest.fixture
    def service(self, database_url: str, tmp_path: Path) -> Service:
        service = an_empty_service(database_url, tmp_path)
        migrate.write_revision(service, "Create the notes")
        migrate.upgrade(service)
        with service.database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0024'"))
        return service

    def test_is_neither_upgraded_nor_taken_for_that_of_a_later_release(self, service: Service) -> None:
        for step in (migrate.upgrade, migrate.is_ready, migrate.schema_state):
            with pytest.raises(SystemExit, match=r"before 0\.1\.0.*delete the folder var"):
                step(service)

    def test_stays_as_it_is(self, service: Service) -> None:
        with pytest.raises(SystemExit):
            migrate.upgrade(service)

        with service.database.read() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "0024"
            assert texts(service) == []
