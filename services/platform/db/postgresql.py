"""PostgreSQL connections of a process: application name, timeouts and limits."""

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from services.platform.settings import Process

_CONNECTS_WITHIN_SECONDS = 5
_UNANSWERED_MILLISECONDS = 10_000
"""Time that the server may leave a sent byte unacknowledged before the connection counts as dead."""
_TRUSTED_SECONDS = 5.0
"""Idle time after which a connection is checked before use."""
_RESTS_SINCE = "rests_since"
_DATA_EXCEPTION = "22"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Server-side limits of one kind of process, in seconds; 0 means unlimited."""

    statement: int
    lock: int
    idle_in_transaction: int
    connections: int
    free_connection: int = 5
    """How long a thread waits for a connection of its own process."""


LIMITS = {
    Process.EMBEDDED: Limits(statement=15, lock=5, idle_in_transaction=60, connections=20),
    # A person waits for it and occupies a thread: 8 threads (web.server), and two to spare.
    Process.WEB: Limits(statement=5, lock=3, idle_in_transaction=15, connections=10),
    Process.WORKER: Limits(statement=60, lock=5, idle_in_transaction=60, connections=10),
    # While it waits for a table lock, all other sessions queue behind it: better to fail and run again.
    Process.MIGRATE: Limits(statement=0, lock=5, idle_in_transaction=0, connections=2),
}


def engine(url: URL, *, schema: str | None, service: str, process: Process) -> sa.Engine:
    """Does not connect. Detects a connection that the server dropped while it was idle before using it again."""
    limits = LIMITS[process]
    made = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.free_connection,
        connect_args={
            "application_name": f"{service}-{process}",
            "connect_timeout": _CONNECTS_WITHIN_SECONDS,
            "tcp_user_timeout": _UNANSWERED_MILLISECONDS,
            "options": _options(limits, schema),
        },
    )
    sa.event.listen(made, "handle_error", _hide_values)
    _ask_after_a_rest(made)
    return made


def _ask_after_a_rest(made: sa.Engine) -> None:
    """Checks only idle connections: `pool_pre_ping` costs every transaction a statement. A failure gives a 503."""

    def rests(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info[_RESTS_SINCE] < _TRUSTED_SECONDS:
            return
        try:
            made.dialect.do_ping(connection)
        except made.dialect.loaded_dbapi.Error:
            raise sa.exc.InvalidatePoolError from None

    sa.event.listen(made, "connect", rests)
    sa.event.listen(made, "checkin", rests)
    sa.event.listen(made, "checkout", ask)


def _options(limits: Limits, schema: str | None) -> str:
    settings = {
        "statement_timeout": f"{limits.statement}s",
        "lock_timeout": f"{limits.lock}s",
        "idle_in_transaction_session_timeout": f"{limits.idle_in_transaction}s",
        # If a machine disappears, the server ends its session and frees its locks within about a minute.
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    if schema:
        settings["search_path"] = schema
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _hide_values(context: ExceptionContext) -> None:
    """Hides PostgreSQL's DETAIL, which repeats the row: `Key (name)=(…) already exists`.

    The first line states the fault. For a data exception it repeats the value too: then only the error code is retained.
    """
    state = getattr(context.original_exception, "sqlstate", None) or ""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and state.startswith(_DATA_EXCEPTION):
            error.args = (f"data exception {state}",)
        elif error is not None:
            error.args = tuple(str(argument).partition("\n")[0] for argument in error.args)
