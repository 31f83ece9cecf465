"""Prepares the MLflow store on a second processor while the first one trains: python -m … TRACKING_ADDRESS.

A new environment contains packages as source: Python compiles each at its first import, MLflow for ten seconds.
Creating MLflow's store takes some more.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from services.embedded.folder import Folder
from services.embedded.services import NAMES

_OF_THE_SYSTEM = ("services.demo.load", "services.platform.db.migrate")


@contextmanager
def beside(folder: Folder) -> Iterator[Callable[[], object]]:
    """Creates the store of this folder in a process within the context. Call the result before using the store.

    If the process fails, the first use of the store creates it and reports the error.
    """
    folder.registry.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", __name__, folder.tracking_uri],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,  # the parent handles Ctrl-C: the store is always completed
    )
    try:
        yield process.wait
    finally:
        process.wait()


def main() -> None:
    from models.registry import ModelRegistry  # MLflow

    ModelRegistry(sys.argv[1]).champion()
    for module in (*_OF_THE_SYSTEM, *(f"services.{name}.bootstrap" for name in NAMES)):
        import_module(module)


if __name__ == "__main__":
    main()
