"""Each service has a schema, a role that owns it and a role that uses it, and none of them reaches another's."""

from collections.abc import Iterator, Mapping
from itertools import permutations

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from devtools.postgresql import Addresses, Cluster
from services.accounts import bootstrap as accounts
from services.accounts.settings import Settings as AccountsSettings
from services.intake import bootstrap as intake
from services.intake.settings import Settings as IntakeSettings
from services.platform.audit import sealer
from services.platform.db import grants, housekeeping, migrate
from services.platform.db.engine import Database
from services.platform.db.postgresql import LIMITS
from services.platform.service import Service
from services.platform.settings import Process

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
BUILDS = {"accounts": (accounts, AccountsSettings), "intake": (intake, IntakeSettings)}


class _Nobody:
    def identify(self, *, session: str | None, bearer: str | None) -> None:
        return None


def built(service: str, url: str, process: Process) -> Service:
    bootstrap, settings = BUILDS[service]
    made: Service = bootstrap.build(  # type: ignore[attr-defined]
        settings(database_url=url, secret_key=b"k" * 32, process=process),  # type: ignore[operator]
        identities=_Nobody(),
    )
    return made


@pytest.fixture(scope="module")
def addresses(postgresql: Cluster) -> Mapping[str, Addresses]:
    return postgresql.provisioned(SERVICES)


@pytest.fixture(scope="module", params=["accounts", "intake"])
def migrated(request: pytest.FixtureRequest, addresses: Mapping[str, Addresses]) -> Iterator[Service]:
    """A service as its web process has it, on a schema that `migrate` has made."""
    name: str = request.param
    owner = built(name, addresses[name].owner, Process.MIGRATE)
    migrate.upgrade(owner)
    grants.give(owner, name)
    owner.database.close()
    service = built(name, addresses[name].user, Process.WEB)
    yield service
    service.database.close()


def plain(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


class TestARole:
    @pytest.mark.parametrize(("one", "other"), list(permutations(SERVICES, 2)))
    def test_reaches_nothing_in_another_services_schema(
        self, addresses: Mapping[str, Addresses], one: str, other: str
    ) -> None:
        secret = sql.Identifier(other, "secret")
        with plain(addresses[other].owner) as owner:
            owner.execute("CREATE TABLE secret (number integer)")
            for address in (addresses[one].user, addresses[one].owner):
                with plain(address) as connection:
                    for statement in ("SELECT * FROM {}", "INSERT INTO {} VALUES (1)", "DROP TABLE {}"):
                        with pytest.raises(psycopg.errors.InsufficientPrivilege):
                            connection.execute(sql.SQL(statement).format(secret))
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(other)))
            owner.execute("DROP TABLE secret")

    def test_makes_no_table_where_it_only_uses_some_nor_in_public(self, addresses: Mapping[str, Addresses]) -> None:
        with plain(addresses["intake"].user) as connection:
            for statement in (
                "CREATE TABLE mine (number integer)",
                "CREATE TABLE public.mine (number integer)",
                "CREATE TEMPORARY TABLE mine (number integer)",
                "CREATE SCHEMA mine",
                "COPY (SELECT 1) TO PROGRAM 'true'",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())

    def test_that_uses_a_schema_has_what_the_service_needs(self, migrated: Service) -> None:
        with migrated.dispatcher.transaction(actor=None) as transaction:
            transaction.audit("tested", subject_type="test", subject_id="1")

        assert sealer.seal(migrated) >= 1
        housekeeping.purge(migrated)
        for table in migrated.metadata.sorted_tables:
            with migrated.database.read() as connection:
                connection.execute(sa.select(table).limit(1)).all()
        assert migrate.is_ready(migrated)

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM audit_rows",
            "UPDATE audit_rows SET what = 'nothing'",
            "UPDATE audit_rows SET occurred_at = now()",
            "TRUNCATE audit_rows",
            "DELETE FROM audit_head",
            "DROP TABLE audit_rows",
            "ALTER TABLE audit_rows ADD COLUMN more integer",
            "ALTER TABLE audit_rows DISABLE TRIGGER ALL",
            "DELETE FROM alembic_version",
        ],
    )
    def test_takes_back_nothing_that_was_audited(self, migrated: Service, statement: str) -> None:
        with migrated.database.write() as connection, pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text(statement))

    def test_has_what_a_new_table_needs_after_it_is_given_again(self, addresses: Mapping[str, Addresses]) -> None:
        owner = built("accounts", addresses["accounts"].owner, Process.MIGRATE)
        migrate.upgrade(owner)
        with owner.database.write() as connection:
            connection.execute(sa.text("REVOKE ALL ON staff FROM accounts"))
        user = built("accounts", addresses["accounts"].user, Process.WEB)

        with user.database.read() as connection, pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text("SELECT * FROM staff"))
        grants.give(owner, "accounts")

        with user.database.read() as connection:
            connection.execute(sa.text("SELECT * FROM staff"))


class TestAConnection:
    @pytest.mark.parametrize("process", list(Process))
    def test_says_which_process_it_is_and_is_held_to_its_limits(
        self, addresses: Mapping[str, Addresses], process: Process
    ) -> None:
        database = Database(addresses["intake"].user, service="intake", process=process)

        with database.read() as connection:
            shown = {
                name: connection.execute(sa.text(f"SHOW {name}")).scalar_one()
                for name in ("application_name", "search_path", "statement_timeout", "lock_timeout")
            }

        limits = LIMITS[process]
        assert shown["application_name"] == f"intake-{process}"
        assert shown["search_path"] == "intake"
        assert shown["lock_timeout"] == f"{limits.lock}s"
        assert shown["statement_timeout"] in (f"{limits.statement}s", f"{limits.statement // 60}min", "0")

    def test_is_one_of_so_many(self, addresses: Mapping[str, Addresses]) -> None:
        database = Database(addresses["intake"].user, service="intake", process=Process.MIGRATE)
        database.engine.pool._timeout = 0.1  # type: ignore[attr-defined]

        with database.read(), database.read(), pytest.raises(sa.exc.TimeoutError), database.read():
            pass

    @pytest.mark.parametrize("kind", ["integer", "date", "uuid", "jsonb"])
    def test_never_shows_a_value_that_the_server_could_not_take(
        self, addresses: Mapping[str, Addresses], kind: str
    ) -> None:
        database = Database(addresses["intake"].user)

        with database.read() as connection, pytest.raises(sa.exc.DataError) as raised:
            connection.execute(sa.text(f"SELECT CAST(CAST(:value AS text) AS {kind})"), {"value": "canary"})

        assert "canary" not in f"{raised.value} {raised.value!r} {raised.value.orig} {raised.value.orig!r}"
