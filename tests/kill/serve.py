"""The embedded system as processes to be killed at a named step: built once, and forked for each start."""

import importlib
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import models.inference.model  # noqa: F401 (once for all starts)
from services.embedded import server
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform import failpoints
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.operations import logs
from tests import logs as kafka_logs
from tests.kill import faults


def starts(requests: Connection, folder: str, databases: Mapping[str, str], topics: tuple[str, str] | None) -> None:
    """Answer until the other end is closed. Building a system opens nothing, so what was built may be forked."""
    system = _built(Path(folder), databases, topics)
    while (request := _received(requests)) is not None:
        requests.send(_answer(request, system, Path(folder), requests))


def _answer(request: tuple[str, ...], system: System, folder: Path, requests: Connection) -> int | None:
    """`start` gives the process's number; `ended`, how it ended or None; `end` kills it first."""
    match request:
        case "start", port, kill_at, fault:
            pid = os.fork()
            if pid == 0:
                requests.close()
                _serve(system, folder, int(port), kill_at, fault)
            return pid
        case "end", number:
            os.kill(int(number), signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(int(number), 0)[1])
        case "ended", number:
            pid, status = os.waitpid(int(number), os.WNOHANG)
            return os.waitstatus_to_exitcode(status) if pid else None
    raise ValueError(request[0])


def _serve(system: System, folder: Path, port: int, kill_at: str, fault: str) -> None:
    """Serve until killed; never returns."""
    try:
        os.environ[failpoints.VARIABLE] = f"{kill_at}:kill" if kill_at else ""
        importlib.reload(failpoints)
        if fault:
            faults.FAULTS[fault]()
        with (folder / "lines").open("a") as lines:
            logs.configure(stream=lines)
            server.serve(system, port=port)
    finally:
        os._exit(1)


def _built(folder: Path, databases: Mapping[str, str], topics: tuple[str, str] | None) -> System:
    system = embedded.build(Folder(folder), database_url=databases.__getitem__ if databases else None)
    system.app  # noqa: B018 (made before the fork, with every service)
    if topics is None:
        return system
    servers, prefix = topics
    storage = kafka_logs.KafkaStorage(servers)
    # Who was killed is missed after this time, and the next process gets its partitions.
    storage.settings = replace(storage.settings, session_timeout_ms=2_000)
    log = kafka_logs.OnItsOwnTopics(storage, storage.opened(), prefix=prefix)
    return replace(system, log=cast(EmbeddedLog, log))


def _received(requests: Connection) -> tuple[str, ...] | None:
    try:
        return cast("tuple[str, ...]", requests.recv())
    except EOFError:
        return None
