"""Sees to it that the parts the tests need are on the machine: `python -m tests.parts.packages`, run by `make test`.

Installs Debian packages where it may (as root, or by a sudo that asks nothing); otherwise says in one sentence what
is missing and exits with 1.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.parts import chromium, nginx, postgresql
from tests.parts.fetched import NotFetched
from tests.parts.kafka import jars


@dataclass(frozen=True)
class Part:
    name: str
    packages: tuple[str, ...]
    is_here: Callable[[], bool]


PARTS = (
    Part("PostgreSQL", ("postgresql",), lambda: postgresql.binaries() is not None),
    Part("Java and Maven", ("default-jre-headless", "maven"), lambda: not jars.missing()),
    # A reader of Kafka's topics that is not ours.
    Part("kcat", ("kcat",), lambda: shutil.which("kcat") is not None),
    # What rehearses the alerts.
    Part("promtool", ("prometheus",), lambda: shutil.which("promtool") is not None),
    # Encrypts the backups.
    Part("age", ("age",), lambda: shutil.which("age") is not None),
    Part("nginx", ("nginx-light",), lambda: nginx.executable() is not None),
    # The README's commands.
    Part("curl", ("curl",), lambda: shutil.which("curl") is not None),
    # Without a font of Arial's measures a page is measured with whatever is there.
    Part("Chromium", ("chromium", "fonts-liberation"), lambda: chromium.executable() is not None),
)


def main() -> int:
    missing = [part for part in PARTS if not part.is_here()]
    if not missing:
        return _fetch_kafka()
    packages = [package for part in missing for package in part.packages]
    names = " and ".join(part.name for part in missing)
    if (prefix := _as_root()) is not None and shutil.which("apt-get"):
        print(f"Installing {names} for the tests (Debian packages {' '.join(packages)})", flush=True)
        if _install(prefix, packages) and all(part.is_here() for part in missing):
            return _fetch_kafka()
    print(
        f"The tests need {names}: install {' '.join(packages)} (names of Debian packages), then try again.",
        file=sys.stderr,
    )
    return 1


def _fetch_kafka() -> int:
    try:
        jars.folder()
    except NotFetched as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it, or None where that is not allowed without a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _install(prefix: Sequence[str], packages: Sequence[str]) -> bool:
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    # An update that fails in part (one source unreachable) may still have brought what is needed.
    subprocess.run([*apt_get, "update"], stdout=subprocess.DEVNULL, check=False)
    install = [*apt_get, "install", "--yes", "--no-install-recommends", *packages]
    return subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
