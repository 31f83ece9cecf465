"""Locks on a folder, by the operating system: they end with the process that holds them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from services.embedded.folder import Folder
from services.embedded.privacy import make_private
from services.platform.errors import ApplicationError


class FolderInUse(ApplicationError):
    """Another process uses the folder in a way that excludes this one."""


@contextmanager
def running(folder: Folder) -> Iterator[None]:
    """For the one process that serves a folder, as long as it lives. Raises FolderInUse."""
    with _held(
        folder,
        "running",
        fcntl.LOCK_EX,
        f"Waymark already runs on the folder {folder.root}. Stop it first, or name another folder: --folder NAME",
    ):
        yield


@contextmanager
def preparing(folder: Folder) -> Iterator[None]:
    """Exclusive, while databases and a first model are created or recreated. Raises FolderInUse."""
    with _held(
        folder,
        "preparing",
        fcntl.LOCK_EX,
        f"Another command works on the folder {folder.root}. Start Waymark when it has ended.",
    ):
        yield


@contextmanager
def using(folder: Folder) -> Iterator[None]:
    """Shared, for a command beside a running Waymark or without one: the folder stays complete. Raises FolderInUse."""
    with _held(
        folder,
        "preparing",
        fcntl.LOCK_SH,
        f"Waymark is still preparing the folder {folder.root}. Try again when it says where it is.",
    ):
        yield


@contextmanager
def changing_models(folder: Folder) -> Iterator[None]:
    """For the one command that registers, downloads or exchanges models. Raises FolderInUse."""
    refusal = f"Another command changes the models in the folder {folder.root}. Try again when it has ended."
    with using(folder), _held(folder, "models", fcntl.LOCK_EX, refusal):
        yield


@contextmanager
def _held(folder: Folder, name: str, how: int, refusal: str) -> Iterator[None]:
    """Not inherited by child processes. The first process to use a folder makes it private."""
    make_private(folder)
    descriptor = os.open(folder.root / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(refusal) from None
        yield
    finally:
        os.close(descriptor)
