"""What a first start does with a second processor while the first one trains: python -m … TRACKING_ADDRESS.

A new environment has its packages as source: Python compiles each at its first import, MLflow for ten seconds. And
MLflow takes some more to make its store.
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
    """Within, a process makes the store of this folder. Call what is given before the store is used.

    Should the process fail, whoever uses the store makes it, and says what is wrong.
    """
    folder.registry.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", __name__, folder.tracking_uri],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C is its parent's to answer: the store is made whole
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
