"""The broker's jars: fetched once by Maven, from wherever this machine's settings say, and kept beside `.venv`."""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[2] / ".venv" / "kafka"


class NotFetched(RuntimeError):
    """Maven could not bring the jars; the message ends with what it said."""


def missing() -> list[str]:
    """The commands that are not on this machine: `make test` sees to it that none is missing."""
    return [command for command in ("java", "mvn") if shutil.which(command) is None]


def folder() -> Path:
    """The folder of jars, fetched now if it was not before. Raises NotFetched."""
    # Named by what it was made from: a newer version is fetched beside the older one.
    wanted = CACHE / hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.is_dir():
            _fetch(wanted)
    return wanted


def _fetch(wanted: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        # -C: a download whose checksum does not match is refused.
        command = ["mvn", "-B", "-q", "-C", "-f", str(POM), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={scratch}/jars"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise NotFetched(f"Maven could not fetch Apache Kafka: {(done.stdout + done.stderr)[-1500:]}")
        Path(scratch, "jars").rename(wanted)
