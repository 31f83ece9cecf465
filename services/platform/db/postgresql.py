"""How a process of ours uses PostgreSQL: the name it gives, how long it may be kept waiting, how much it may take."""

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from services.platform.settings import Process

_CONNECTS_WITHIN_SECONDS = 5
_UNANSWERED_MILLISECONDS = 10_000
"""How long the server may leave a sent byte unacknowledged before the connection counts as dead."""
_TRUSTED_SECONDS = 5.0
"""So long after it was used, a connection is taken to be good still."""
_RESTS_SINCE = "rests_since"
_DATA_EXCEPTION = "22"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the server holds one kind of process to, in seconds; 0 is for ever."""

    statement: int
    lock: int
    idle_in_transaction: int
    connections: int
    free_connection: int = 5
    """How long a thread waits for one of its own process's connections."""


LIMITS = {
    Process.EMBEDDED: Limits(statement=15, lock=5, idle_in_transaction=60, connections=20),
    # A person waits for it, and a thread with them: 8 threads (web.server), and two to spare.
    Process.WEB: Limits(statement=5, lock=3, idle_in_transaction=15, connections=10),
    Process.WORKER: Limits(statement=60, lock=5, idle_in_transaction=60, connections=10),
    # Waiting long for a table's lock would make everybody else wait behind it: better to fail and to be run again.
    Process.MIGRATE: Limits(statement=0, lock=5, idle_in_transaction=0, connections=2),
}


def engine(url: URL, *, schema: str | None, service: str, process: Process) -> sa.Engine:
    """Opens nothing. A connection that the server dropped while it lay unused is noticed before it is used again."""
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
    """Asking each time (`pool_pre_ping`) costs each transaction a statement. One that fails is answered 503."""

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
        # Of a machine that is gone, the server ends the session, and frees its locks, in about a minute.
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    if schema:
        settings["search_path"] = schema
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _hide_values(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL repeats the row: `Key (name)=(…) already exists`. What went wrong is in the first line.

    Of a value that it cannot take, it repeats the value there too: then the code of the error is all that is kept.
    """
    state = getattr(context.original_exception, "sqlstate", None) or ""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and state.startswith(_DATA_EXCEPTION):
            error.args = (f"data exception {state}",)
        elif error is not None:
            error.args = tuple(str(argument).partition("\n")[0] for argument in error.args)
