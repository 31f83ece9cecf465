"""Imports every module under a folder and prints what failed and what was opened meanwhile, as JSON.

Run in a process of its own: `import_everything.py FOLDER CHECKOUT [PACKAGE THAT IS NOT INSTALLED]...`
"""

import importlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
EVENTS = {
    *("socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen", "os.fork", "os.posix_spawn"),
    *("os.mkdir", "os.remove", "os.rename", "tempfile.mkdtemp", "tempfile.mkstemp"),
}


class NotInstalled:
    """Refuses packages that the service's image does not carry, though this environment does."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = frozenset(packages)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        # Libraries that ask for an optional package are told the same as in the image.
        if name.partition(".")[0] in self._packages:
            raise ModuleNotFoundError(f"{name} is not installed with this service", name=name)
        return None


def modules_under(folder: Path) -> list[str]:
    """By file, so that a folder which is no package is seen too. Migrations run inside Alembic only."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if "migrations" not in parts:
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def main(folder: Path, checkout: Path, not_installed: Sequence[str]) -> None:
    here = Path(__file__).parent
    sys.path[:] = [str(folder), *(path for path in sys.path if Path(path).resolve() not in {checkout, here})]
    sys.meta_path.insert(0, NotInstalled(not_installed))
    failed: dict[str, str] = {}
    opened: list[str] = []
    importing = ""

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            opened.append(f"{importing}: writes {arguments[0]}")
        elif event in EVENTS:
            opened.append(f"{importing}: {event}")

    def start(thread: threading.Thread) -> None:
        opened.append(f"{importing}: starts the thread {thread.name}")

    # A library of the base that tries for itself, once, whether this machine has IPv6: not ours to forbid.
    importlib.import_module("urllib3.util.connection")
    sys.addaudithook(watch)
    threading.Thread.start = start  # type: ignore[method-assign,assignment]
    for importing in modules_under(folder):
        try:
            importlib.import_module(importing)
        except Exception as error:
            failed[importing] = f"{type(error).__name__}: {error}"
    importing = "the end"
    report = json.dumps({"failed": failed, "opened": sorted(set(opened))})
    os.write(1, report.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:])
