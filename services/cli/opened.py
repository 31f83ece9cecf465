"""Opens a folder's system without workers, as most commands use it: beside a running one, or alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.embedded import locks
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.db.schema_version import refuse_old_schema


@contextmanager
def opened(folder: Folder) -> Iterator[System]:
    """Raises FolderInUse while the folder is being prepared, and OldSchema for data that this version cannot read."""
    with locks.using(folder):
        system = embedded.build(folder)
        try:
            with system.services["accounts"].database.read() as connection:
                refuse_old_schema(connection)
            yield system
        finally:
            system.close()
