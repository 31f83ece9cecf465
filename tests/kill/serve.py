"""The embedded system as a process of its own, to be killed at a named step."""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

import models.inference.model  # noqa: F401 (seconds, once for all starts)
from services.embedded import server
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.kernel import failpoints
from services.kernel.bus import worker
from services.kernel.bus.log import Log, Record
from services.kernel.bus.relay import Relay
from services.kernel.failpoints import failpoint
from services.kernel.observability import logs
from services.kernel.service import Service

MARKS_FIRST = "marks-first"
"""A fault on purpose: rows are marked as sent, and only then sent."""


class _MarksFirst(Relay):
    """What the relay must never be: a crash between its two steps loses what was marked."""

    def __init__(self, service: Service, log: Log) -> None:
        super().__init__(service, _Late(log, self))


class _Late:
    """A log that has the relay mark its rows before it appends them."""

    def __init__(self, log: Log, relay: Relay) -> None:
        self._log = log
        self._relay = relay

    def append(self, records: Sequence[Record]) -> None:
        self._relay._mark([row.position for row in self._relay._waiting()])
        failpoint("relay.before_mark")
        self._log.append(records)


def main(folder: str, port: int, kill_at: str, fault: str) -> None:
    """Serve until killed. Runs in a fork of a process that has imported everything already."""
    os.environ[failpoints.VARIABLE] = f"{kill_at}:kill" if kill_at else ""
    importlib.reload(failpoints)
    if fault == MARKS_FIRST:
        worker.Relay = _MarksFirst  # type: ignore[misc]
    with Path(folder, "lines").open("a") as lines:
        logs.configure(stream=lines)
        server.serve(embedded.build(Folder(Path(folder))), port=port)
