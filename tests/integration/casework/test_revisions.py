"""The revisions of casework make the tables that its code has."""

from collections.abc import Callable

from services.casework.adapters.tables import metadata
from services.casework.bootstrap import build
from services.casework.settings import Settings
from services.kernel.db import migrate
from services.kernel.service import Service
from tests.integration.casework.case_world import Tokens


class TestTheRevisions:
    def test_make_every_table_and_leave_no_difference(self, database_url: str) -> None:
        service = _casework(database_url)

        migrate.upgrade(service)

        assert migrate.differences(service) == []

    def test_protect_what_its_code_protects(self, new_database: Callable[[str], str]) -> None:
        migrated, made = (_casework(new_database("casework")) for _ in range(2))
        migrate.upgrade(migrated)
        with made.database.write() as connection:
            metadata.create_all(connection)

        assert _triggers(migrated) == _triggers(made) != []
        assert _policies(migrated) == _policies(made)


def _casework(database_url: str) -> Service:
    settings = Settings(database_url=database_url, secret_key=b"k" * 32, demonstration=True)
    return build(settings, identities=Tokens())


def _triggers(service: Service) -> list[str]:
    """Each trigger as its database has it."""
    said = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT replace(pg_get_triggerdef(pg_trigger.oid), current_schema || '.', '') FROM pg_trigger"
        " JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = current_schema::regnamespace"
        " AND NOT tgisinternal",
    }
    with service.database.read() as connection:
        return sorted(connection.exec_driver_sql(said[connection.dialect.name]).scalars())


def _policies(service: Service) -> list[str]:
    """The second wall as its database has it: each policy, and what they all ask. SQLite has none."""
    said = (
        "SELECT tablename || policyname || qual FROM pg_policies WHERE schemaname = current_schema",
        "SELECT prosrc || prosecdef FROM pg_proc WHERE pronamespace = current_schema::regnamespace",
    )
    with service.database.read() as connection:
        if service.database.is_sqlite:
            return []
        return sorted(text for asked in said for text in connection.exec_driver_sql(asked).scalars())
