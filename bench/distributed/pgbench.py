"""PostgreSQL alone: pgbench, which runs a service's own statements as fast as the server takes them."""

import re
import subprocess
from pathlib import Path

from devtools import postgresql

_SECONDS = 10


def transactions(script: str, address: str, *, clients: int, folder: Path) -> float:
    """Per second."""
    binaries = postgresql.binaries()
    assert binaries is not None
    file = folder / "transaction.sql"
    file.write_text(script, encoding="utf-8")
    options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={_SECONDS}"]
    done = subprocess.run(  # noqa: S603
        [binaries / "pgbench", *options, "--file", file, address], capture_output=True, text=True, check=False
    )
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench failed: {done.stdout[-1000:]}{done.stderr[-2000:]}")
    return float(found.group(1))
