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


def table(stages: Sequence[Measured], rates: Mapping[str, float], *, model: str) -> str:
    """In Markdown, as docs/performance.md has it."""
    lines = [
        machine("SQLite"),
        f"Model: {model}.",
        "",
        "| stage, for one referral | µs | floor | µs | ratio |",
        "|---|---:|---|---:|---:|",
    ]
    lines += [
        f"| {stage.name} | {stage.microseconds:,.0f} | {stage.floor} | {stage.floor_microseconds:,.0f} "
        f"| {stage.ratio:.1f} |"
        for stage in stages
    ]
    lines += ["", "| embedded, with its load generator on the same machine | per second |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {name} | {rate:.0f} |" for name, rate in rates.items())])


def write(stages: Sequence[Measured], rates: Mapping[str, float], *, model: str) -> Path:
    """Write the figures with where and when they were taken. Gives the file."""
    at = datetime.now(UTC)
    result: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "machine": machine("SQLite"),
        "model": model,
        "stages": [asdict(stage) for stage in stages],
        "per_second": dict(rates),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"path-{at:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def machine(database: str) -> str:
    load = os.getloadavg()[0]
    where = f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}, {database}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {where}; load average at the end {load:.1f}."
