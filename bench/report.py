"""The table that a person reads, and the file that the next run is compared with."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.timing import Measured

RESULTS = Path(__file__).parent / "results"


def table(stages: Sequence[Measured], rates: Mapping[str, float]) -> str:
    lines = [f"{'stage':<34}{'µs':>10}{'floor µs':>11}{'ratio':>8}  floor"]
    lines += [
        f"{stage.name:<34}{stage.microseconds:>10,.0f}{stage.floor_microseconds:>11,.1f}{stage.ratio:>8.1f}  {stage.floor}"
        for stage in stages
    ]
    lines.append("")
    lines += [f"{name:<44}{rate:>10,.0f} per second" for name, rate in rates.items()]
    return "\n".join(lines)


def write(stages: Sequence[Measured], rates: Mapping[str, float]) -> Path:
    """Write the figures with where and when they were taken. Gives the file."""
    at = datetime.now(UTC)
    result: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "stages": [asdict(stage) for stage in stages],
        "per_second": dict(rates),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"path-{at:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path
