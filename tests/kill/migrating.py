"""A migration in a process that is killed when it comes to a statement."""

import os
import signal
from pathlib import Path

import sqlalchemy as sa

from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.platform.db import migrate
from tests.kill.process import starter


def killed_at(statement: int, name: str, url: str, folder: Path) -> int | None:
    """How the process ended: minus the signal, as `multiprocessing` has it.

    No fork of this process: a thread of another test may hold a lock of SQLite's, which nobody would release there.
    """
    process = starter().Process(target=_migrate, args=(statement, name, url, folder))
    process.start()
    process.join()
    return process.exitcode


def _migrate(statement: int, name: str, url: str, folder: Path) -> None:
    service, executed = embedded.build(Folder(folder), database_url=lambda _service: url).services[name], [0]

    def count(*_: object) -> None:
        if executed[0] == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        executed[0] += 1

    sa.event.listen(service.database.engine, "before_cursor_execute", count)
    sa.event.listen(service.database.engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
    migrate.upgrade(service)
