"""Which faults may go away by themselves, and which come back however often the same is tried."""

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from services.platform.db.transient import is_full, is_transient, took_too_long


def of_sqlite(kind: type[sqlite3.Error], number: int | None) -> sa.exc.DBAPIError:
    error = kind("some words")
    if number is not None:
        error.sqlite_errorcode = number
    return wrapped(error)


def of_postgresql(state: str) -> sa.exc.DBAPIError:
    return wrapped(psycopg.errors.lookup(state)("some words"))


def wrapped(error: Exception) -> sa.exc.DBAPIError:
    family = {"OperationalError", "InterfaceError", "ProgrammingError", "InternalError", "DataError", "IntegrityError"}
    name = next((base.__name__ for base in type(error).__mro__ if base.__name__ in family), "DBAPIError")
    made: sa.exc.DBAPIError = getattr(sa.exc, name)("SELECT 1", {}, error)
    return made


class TestAFaultThatMayPass:
    @pytest.mark.parametrize(
        "state",
        ["08006", "08001", "53100", "53200", "53300", "57P01", "57P02", "57P03", "40001", "40P01", "55P03", "58030"],
    )
    def test_of_postgresql_is_known_by_its_code(self, state: str) -> None:
        assert is_transient(of_postgresql(state))

    @pytest.mark.parametrize("number", [5, 6, 7, 8, 10, 13, 14, 15, 261, 517, 778, 1034, 4874])
    def test_of_sqlite_is_known_by_its_number(self, number: int) -> None:
        assert is_transient(of_sqlite(sqlite3.OperationalError, number))

    def test_without_a_code_is_a_connection_that_could_not_be_made(self) -> None:
        assert is_transient(wrapped(psycopg.OperationalError("connection refused")))

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_is_a_file_that_has_no_space_left(self, number: int) -> None:
        assert is_transient(OSError(number, "words"))


class TestAFaultThatComesBack:
    @pytest.mark.parametrize("state", ["57014", "25P03", "XX001", "42P01"])
    def test_of_postgresql_is_known_by_its_code(self, state: str) -> None:
        assert not is_transient(of_postgresql(state))

    @pytest.mark.parametrize("number", [1, 11, 26])
    def test_of_sqlite_is_a_missing_table_or_a_broken_file(self, number: int) -> None:
        assert not is_transient(of_sqlite(sqlite3.OperationalError, number))

    @pytest.mark.parametrize("kind", [sqlite3.OperationalError, sqlite3.InterfaceError])
    def test_of_the_driver_of_sqlite_has_no_number(self, kind: type[sqlite3.Error]) -> None:
        assert not is_transient(of_sqlite(kind, None))

    def test_of_sqlite_itself_is_recognised(self, tmp_path: Path) -> None:
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as missing:
            connection.execute(sa.text("SELECT * FROM nothing_like_it"))
        engine.dispose()

        assert not is_transient(missing.value)

    def test_is_a_file_that_is_missing(self) -> None:
        assert not is_transient(FileNotFoundError(errno.ENOENT, "words"))


class TestAStatementThatTookTooLong:
    def test_is_told_apart(self) -> None:
        assert took_too_long(of_postgresql("57014"))
        assert not took_too_long(of_postgresql("57P01"))


class TestStorageThatIsFull:
    def test_is_recognised_in_a_real_database(self, tmp_path: Path) -> None:
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'small.sqlite'}")
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE TABLE texts (value TEXT)"))
            connection.execute(sa.text("PRAGMA max_page_count = 3"))
            with pytest.raises(sa.exc.OperationalError) as full:
                connection.execute(sa.text("INSERT INTO texts VALUES (:value)"), {"value": "x" * 100_000})
        engine.dispose()

        assert (is_full(full.value), is_transient(full.value)) == (True, True)

    @pytest.mark.parametrize(
        ("error", "full"),
        [
            (of_postgresql("53100"), True),
            (of_sqlite(sqlite3.OperationalError, 778), True),
            (OSError(errno.ENOSPC, "words"), True),
            (OSError(errno.EIO, "words"), False),
            (of_postgresql("53300"), False),
            (of_sqlite(sqlite3.OperationalError, 5), False),
            (ValueError(), False),
        ],
        ids=str,
    )
    def test_is_told_apart(self, error: Exception, full: bool) -> None:
        assert is_full(error) is full
