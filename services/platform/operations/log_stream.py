"""The stream of log lines. Writing never raises: without disk space a line is dropped, counted and reported later."""

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any, Protocol

_lost = 0


def lost() -> int:
    """Number of lines that this process could not write."""
    return _lost


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...


class Lines:
    """The end of structlog's pipeline. Thread-safe."""

    def __init__(self, stream: Stream, *, report: Callable[[int], object]) -> None:
        self._stream = stream
        self._report = report
        """Called with the number of lost lines after the next successful write."""
        self._lock = threading.Lock()
        self._untold = 0

    def msg(self, line: str) -> None:
        global _lost
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # ValueError: the stream is closed
                _lost += 1
                self._untold += 1
                return
            untold, self._untold = self._untold, 0
        if untold:
            self._report(untold)

    debug = info = warn = warning = error = critical = fatal = exception = log = msg


class _Descriptor:
    """Bypasses Python's buffers, which would retain unwritten data and end the process with an error."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._cut = False

    def write(self, text: str) -> None:
        rest = (("\n" if self._cut else "") + text).encode()
        while rest:
            written = os.write(self._descriptor, rest)
            rest = rest[written:]
            self._cut = bool(rest)

    def flush(self) -> None:
        """Does nothing: not buffered."""


def unbuffered(stream: Any) -> Stream:
    """Returns the process's standard error unbuffered; any other stream unchanged."""
    is_own = stream is not None and stream is sys.__stderr__
    return _Descriptor(stream.fileno()) if is_own else stream


class LogFile:
    """A log file that rotates at `max_bytes`. `files` earlier files are stored: .1 is the newest."""

    def __init__(self, path: Path, *, max_bytes: int, files: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._files = files
        self._file = self._opened()

    def write(self, text: str) -> None:
        """Writes the whole line, or raises OSError."""
        line = text.encode()
        size = os.fstat(self._file.fileno()).st_size
        if size and size + len(line) > self._max_bytes:
            with contextlib.suppress(OSError):  # then it continues in the old file
                self._begin_anew()
            size = os.fstat(self._file.fileno()).st_size
        if self._file.write(line) != len(line):
            self._file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def flush(self) -> None:
        """Does nothing: not buffered."""

    def close(self) -> None:
        self._file.close()

    def _begin_anew(self) -> None:
        for number in range(self._files, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))
        before, self._file = self._file, self._opened()
        before.close()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path

    def _opened(self) -> FileIO:
        return FileIO(self._path, "a")
