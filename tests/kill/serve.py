"""The embedded system as a process of its own: `python -m tests.kill.serve FOLDER PORT [marks-first]`.

`marks-first` breaks the relay on purpose: it marks rows as sent and only then sends them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from services.embedded import server
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.kernel.bus import worker
from services.kernel.bus.log import Log, Record
from services.kernel.bus.relay import Relay
from services.kernel.failpoints import failpoint
from services.kernel.service import Service


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


def main(folder: Path, port: int, fault: str) -> None:
    if fault == "marks-first":
        worker.Relay = _MarksFirst  # type: ignore[misc]
    server.serve(embedded.build(Folder(folder)), port=port)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), "".join(sys.argv[3:]))
