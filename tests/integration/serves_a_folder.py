"""The embedded system as a process: python -m … FOLDER PORT. A file `full-<name>` in the folder makes a database full.

Its name is that of a service, or `bus` for the log. A file `failed-<service>-<step>` says that the step has failed.
"""

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from services.embedded import server
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.platform.db.engine import Database
from services.platform.operations import logs
from services.platform.operations.log_stream import LogFile


def main(root: Path, port: int) -> None:
    folder = Folder(root)
    with closing(LogFile(folder.log_lines, max_bytes=10_000_000, files=1)) as lines:
        logs.configure(stream=lines)
        _failures_are_seen(root)
        system = embedded.build(folder)
        databases = {name: service.database for name, service in system.services.items()}
        for name, database in {**databases, "bus": system.log.database}.items():
            _may_become_full(database, root / f"full-{name}")
        server.serve(system, port=port)


def _failures_are_seen(root: Path) -> None:
    """A full disk still takes an empty file."""
    failure = logs.failure

    def seen(error: BaseException, event: str = "failure") -> None:
        about = structlog.contextvars.get_contextvars()
        (root / f"failed-{about.get('service')}-{about.get('step')}").touch()
        failure(error, event)

    logs.failure = seen


def _may_become_full(database: Database, sign: Path) -> None:
    """SQLite never makes a database smaller than it is: with the least limit there is no page more."""

    def limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if sign.exists() else 2**31}").close()

    sa.event.listen(database.engine, "checkout", limit)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
