"""Every service's revisions: killed half-way and run again, and the code of one release on the schema of the next."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.db import migrate
from services.platform.db.migrate import SchemaState
from services.platform.service import Service
from tests.kill.migrating import killed_at
from tests.world import a_world

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
KILLED_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Parts of the statements that were run; at 1 all of them were, and only the commit was not."""
ROOT = Path(__file__).parents[2]
TAKES_AWAY = re.compile(
    r"op\.(drop_(?!index)|rename_|alter_column\((?!.*(type_=|nullable=True)))|batch_op\.(drop_|alter_column\((?!.*nullable=True))"
)
CONTRACTS = re.compile(r'^"""[^"]*\bcontract\b', re.IGNORECASE)

NewDatabase = Callable[[str], str]


@contextmanager
def opened(name: str, url: str, folder: Path) -> Iterator[Service]:
    system = embedded.build(Folder(folder), database_url=lambda _service: url)
    try:
        yield system.services[name]
    finally:
        system.close()


def statements_of(service: Service) -> int:
    """Migrate it, and count what was executed."""
    executed = []
    sa.event.listen(service.database.engine, "before_cursor_execute", lambda *_: executed.append(1))
    migrate.upgrade(service)
    return len(executed)


def triggers(service: Service) -> list[str]:
    """Each trigger as its database has it."""
    said = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT replace(pg_get_triggerdef(pg_trigger.oid), current_schema || '.', '') FROM pg_trigger"
        " JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = current_schema::regnamespace"
        " AND NOT tgisinternal",
    }
    with service.database.read() as connection:
        return sorted(connection.exec_driver_sql(said[connection.dialect.name]).scalars())


def policies(service: Service) -> list[str]:
    """Row-level security as its database has it: each policy, and every function. SQLite has none."""
    said = (
        "SELECT tablename || policyname || qual FROM pg_policies WHERE schemaname = current_schema",
        "SELECT prosrc || prosecdef FROM pg_proc WHERE pronamespace = current_schema::regnamespace",
    )
    with service.database.read() as connection:
        if service.database.is_sqlite:
            return []
        return sorted(text for asked in said for text in connection.exec_driver_sql(asked).scalars())


@pytest.mark.parametrize("name", SERVICES)
class TestTheRevisions:
    def test_make_and_protect_what_its_code_does(self, new_database: NewDatabase, tmp_path: Path, name: str) -> None:
        with (
            opened(name, new_database(name), tmp_path / "migrated") as migrated,
            opened(name, new_database(name), tmp_path / "made") as made,
        ):
            migrate.upgrade(migrated)
            with made.database.write() as connection:
                made.metadata.create_all(connection)

            assert migrate.differences(migrated) == []
            assert triggers(migrated) == triggers(made)
            assert bool(triggers(made)) == (name in ("accounts", "casework"))
            assert policies(migrated) == policies(made)
            asked = ("accounts", "intake", "casework")
            assert bool(policies(made)) == (name in asked and not made.database.is_sqlite)


@pytest.mark.parametrize("name", SERVICES)
class TestAMigration:
    def test_that_was_killed_at_any_statement_can_be_run_again(
        self, new_database: NewDatabase, tmp_path: Path, name: str
    ) -> None:
        with opened(name, new_database(name), tmp_path) as service:
            statements = statements_of(service)
        url = new_database(name)

        for part in KILLED_AT:
            assert killed_at(int(part * statements), name, url, tmp_path) == -signal.SIGKILL

        with opened(name, url, tmp_path) as service:
            assert migrate.schema_state(service) is SchemaState.BEHIND
            migrate.upgrade(service)
            assert migrate.is_ready(service)


class TestCodeOfTheReleaseBefore:
    """What an expanding revision may do is done to every table: this code is then the release before."""

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    def test_works_on_the_schema_of_the_next(self, request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
        cluster = request.getfixturevalue("postgresql") if kind == "postgresql" else None
        with a_world(tmp_path, **({"database_url": cluster.schema} if cluster else {})) as world:
            expand(world.system)
            refer = "/intake/api/v1/referrals"

            taken = world.caller("navigator").post(refer, world.example("intake", refer))
            world.drain()

            assert taken.status_code == 202
            for service in world.system.services.values():
                assert migrate.schema_state(service) is SchemaState.AHEAD
                assert migrate.is_ready(service)
                migrate.upgrade(service)
                assert migrate.schema_state(service) is SchemaState.AHEAD

    def test_is_told_when_the_schema_lacks_what_it_needs(self, new_database: NewDatabase, tmp_path: Path) -> None:
        with opened("accounts", new_database("accounts"), tmp_path) as service:
            assert not migrate.is_ready(service)
            migrate.upgrade(service)
            with service.database.write() as connection:
                connection.execute(sa.text("ALTER TABLE areas DROP COLUMN name"))

            assert not migrate.is_ready(service)


def expand(system: System) -> None:
    """A column that may be empty, one with a default, an index and a table more, and the number of a later revision."""
    for service in system.services.values():
        with service.database.write() as connection:
            for table in sa.inspect(connection).get_table_names():
                connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN later_empty integer"))
                connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN later_set integer NOT NULL DEFAULT 7"))
            connection.execute(sa.text("CREATE INDEX ix_later ON outbox (later_set)"))
            connection.execute(sa.text("CREATE TABLE later (number integer)"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))


REVISIONS = sorted(ROOT.glob("services/*/migrations/versions/*.py"))


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda path: f"{path.parts[-4]} {path.stem}")
def test_a_revision_that_takes_something_away_says_that_nothing_uses_it_any_more(revision: Path) -> None:
    source = revision.read_text(encoding="utf-8")
    upgrade = source.partition("def upgrade")[2].partition("def downgrade")[0]

    assert not TAKES_AWAY.search(upgrade) or CONTRACTS.search(source)
