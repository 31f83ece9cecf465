"""Which code and which locked dependencies a run used: "unknown" where nobody can say."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path("requirements/runtime.lock")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Provenance:
    code_commit: str
    lock_sha256: str


def here() -> Provenance:
    return Provenance(code_commit=_commit(), lock_sha256=_lock())


def _commit() -> str:
    """The commit, with "-dirty" when files were changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return done.stdout.strip()


def _lock() -> str:
    lock = ROOT / LOCK
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else UNKNOWN
