"""What costs much to make, made by one of the test processes and copied by the others."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def copy_of(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """A folder of this process's own with what `make` puts into one. The first process makes it, others wait for it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = factory.mktemp(f"making-{name}")
            make(making)
            making.rename(made)
    own = factory.mktemp(f"own-{name}")
    return Path(shutil.copytree(made, own, dirs_exist_ok=True))
