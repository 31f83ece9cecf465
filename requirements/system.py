"""Sees to what Waymark needs of the system, before anything is built: `python3 requirements/system.py run`, or `test`.

Installs Debian packages where it may (as root, or by a sudo that asks for no password); otherwise says in one sentence
what is missing and exits with 1. It runs on Python 3.7 and without any package, for it is what says that these are
missing.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Sequence  # noqa: UP035

MADE = Path(__file__).resolve().parents[1] / ".venv" / ".made"
OLDEST_PYTHON = (3, 11)
# Debian keeps these where only root's path looks, or one folder for each version.
FOLDERS_OFF_THE_PATH = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/*/bin")


class Part(NamedTuple):
    """What the system must have: its name for a person, the Debian packages that bring it, and whether it is here."""

    name: str
    packages: tuple[str, ...]
    is_here: Callable[[], bool]


class Purpose(NamedTuple):
    """What is to be done, all that it needs, and what it writes before it is first finished."""

    does: str
    parts: tuple[Part, ...]
    gigabytes: float
    stamp: str
    """Its file in `.venv/.made` says that nearly all of the space is taken already."""


def command(*names: str) -> Callable[[], bool]:
    """Whether one of the commands is here."""
    return lambda: any(_finds(name) for name in names)


def library(name: str) -> Callable[[], bool]:
    return lambda: _loads(name)


def _finds(name: str) -> bool:
    if shutil.which(name):
        return True
    return any(next(Path("/").glob(f"{folder[1:]}/{name}"), None) for folder in FOLDERS_OFF_THE_PATH)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _makes_environments() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


TO_RUN = (
    Part("git", ("git",), command("git")),
    Part("Python’s venv", (f"python3.{sys.version_info[1]}-venv",), _makes_environments),
    # LightGBM's threads.
    Part("libgomp.so.1", ("libgomp1",), library("libgomp.so.1")),
)
TO_TEST = (
    *TO_RUN,
    # The Node that drives Chromium.
    Part("libatomic.so.1", ("libatomic1",), library("libatomic.so.1")),
    Part("PostgreSQL", ("postgresql",), command("initdb")),
    Part("Java", ("default-jre-headless",), command("java")),
    # Fetches Kafka.
    Part("Maven", ("maven",), command("mvn")),
    # A reader of Kafka's topics that is not ours.
    Part("kcat", ("kcat",), command("kcat")),
    # What rehearses the alerts.
    Part("promtool", ("prometheus",), command("promtool")),
    # Encrypts the backups.
    Part("age", ("age",), command("age")),
    Part("nginx", ("nginx-light",), command("nginx")),
    # The README's commands.
    Part("curl", ("curl",), command("curl")),
    # Without a font of Arial's measures a page is measured with whatever is there.
    Part("Chromium", ("chromium", "fonts-liberation"), command("chromium", "chromium-browser", "google-chrome")),
)
PURPOSES = {
    "run": Purpose("Waymark needs", TO_RUN, 1.5, "assets"),
    "test": Purpose("Waymark’s tests need", TO_TEST, 3.5, "axe"),
}


def main(purpose: Purpose) -> int:
    if sys.version_info < OLDEST_PYTHON:
        return _stop(
            f"Waymark needs Python {_dotted(OLDEST_PYTHON)} or later and this is {_dotted(sys.version_info[:3])}: "
            "name another with `make PYTHON=…`."
        )
    if not next(MADE.glob(f"{purpose.stamp}-*"), None) and (free := _free_gigabytes()) < purpose.gigabytes:
        return _stop(f"{purpose.does} {purpose.gigabytes} GB of free disk space here, and there are {free:.1f}.")
    missing = _missing(purpose)
    if missing and (prefix := _as_root()) is not None and shutil.which("apt-get"):
        print(f"Installing Debian packages: {' '.join(_packages(missing))}", flush=True)
        _install(prefix, _packages(missing))
        missing = _missing(purpose)
    return _stop(sentence(purpose, missing)) if missing else 0


def sentence(purpose: Purpose, missing: Sequence[Part]) -> str:
    """Names every part that is missing and, on Debian, the command that installs it."""
    names = [part.name for part in missing]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    if not shutil.which("apt-get"):
        return f"{purpose.does} {listed}: install them with this system’s own packages, then try again."
    install = f"apt-get install --no-install-recommends {' '.join(_packages(missing))}"
    return f"{purpose.does} {listed}: run `apt-get update && {install}` as root, then try again."


def _missing(purpose: Purpose) -> list[Part]:
    return [part for part in purpose.parts if not part.is_here()]


def _packages(parts: Sequence[Part]) -> list[str]:
    return [package for part in parts for package in part.packages]


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it, or None where that is not allowed without a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None


def _install(prefix: Sequence[str], packages: Sequence[str]) -> None:
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    # An update that fails in part (one source unreachable) may still have brought what is needed.
    subprocess.call([*apt_get, "update"], stdout=subprocess.DEVNULL)
    subprocess.call([*apt_get, "install", "--yes", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL)


def _free_gigabytes() -> float:
    return shutil.disk_usage(MADE.parents[1]).free / 1e9


def _dotted(version: Sequence[int]) -> str:
    return ".".join(str(number) for number in version)


def _stop(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(PURPOSES[sys.argv[1]]))
