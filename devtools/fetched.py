"""What Maven brings, once, from wherever this machine's settings say: kept beside `.venv`, whole or not at all."""

import fcntl
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path


class NotFetched(RuntimeError):
    """Maven could not bring it; the message ends with what it said."""


def once(wanted: Path, fetch: Callable[[Path], Path]) -> Path:
    """The folder, fetched now if it was not before: `fetch` is given an empty one, and gives the part to keep."""
    cache = wanted.parent
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                fetch(Path(scratch)).rename(wanted)
    return wanted


def by_maven(what: str, *arguments: str) -> None:
    """Raises NotFetched."""
    # -C: a download whose checksum does not match is refused.
    done = subprocess.run(["mvn", "-B", "-q", "-C", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotFetched(f"Maven could not fetch {what}: {(done.stdout + done.stderr)[-1500:]}")
