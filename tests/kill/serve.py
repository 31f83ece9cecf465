"""The embedded system as a process of its own, to be killed at a named step."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path

import models.inference.model  # noqa: F401 (seconds, once for all starts)
from services.embedded import server
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.kernel import failpoints
from services.kernel.observability import logs
from tests.kill import faults


def main(folder: str, databases: Mapping[str, str], port: int, kill_at: str, fault: str) -> None:
    """Serve until killed. Runs in a fork of a process that has imported everything already."""
    os.environ[failpoints.VARIABLE] = f"{kill_at}:kill" if kill_at else ""
    importlib.reload(failpoints)
    if fault:
        faults.FAULTS[fault]()
    with Path(folder, "lines").open("a") as lines:
        logs.configure(stream=lines)
        database_url = databases.__getitem__ if databases else None
        server.serve(embedded.build(Folder(Path(folder)), database_url=database_url), port=port)
