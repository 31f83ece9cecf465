"""The system of a folder without workers, as most commands use it: beside a running one, or alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.embedded import locks
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System


@contextmanager
def opened(folder: Folder) -> Iterator[System]:
    """Raises FolderInUse while the folder is being prepared."""
    with locks.using(folder):
        system = embedded.build(folder)
        try:
            yield system
        finally:
            system.close()
