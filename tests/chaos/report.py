"""The figures of a run: as a table, and as a file beside those of other days."""

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from devtools.kafka import jars
from tests.chaos.run import Outcome, Plan

RESULTS = Path(__file__).parent / "results"
_SHOWN = 5
"""Of each kind of fault, so many are written out."""


def table(plan: Plan, outcome: Outcome) -> str:
    """In Markdown, as docs/reliability.md has it."""
    sending = outcome.seconds["sending"]
    figures = {
        "referrals accepted": f"{outcome.accepted:,} of {plan.referrals:,} asked for",
        "accepted per second, while processes were killed": f"{outcome.accepted / sending:.0f}",
        "longest time in which none was accepted": f"{outcome.stood_still:.0f} s",
        "processes killed": f"{outcome.kills.total()}, one every {plan.kill_every:g} s",
        "requests without an answer, tried again": f"{outcome.answers['no answer']:,}",
        "requests told to try again (503)": f"{outcome.answers['503']:,}",
        "found accepted when asked again": f"{outcome.answers['200']:,}",
        "events on Kafka": f"{outcome.events:,}, of them {outcome.sent_twice:,} sent more than once",
        **{f"**{kind}**": f"**{len(lines)}**" for kind, lines in outcome.faults.items()},
        "minutes of sending, coming to rest, balancing": ", ".join(
            f"{seconds / 60:.1f}" for seconds in outcome.seconds.values()
        ),
    }
    killed = ", ".join(f"{role} {times}" for role, times in sorted(outcome.kills.items()))
    rows = [f"| {name} | {figure} |" for name, figure in figures.items()]
    return "\n".join([f"Seed {plan.seed}. {where()}", "", "| | |", "|---|---:|", *rows, "", f"Killed: {killed}."])


def faults(outcome: Outcome) -> str:
    lines = [f"{kind}: {line}" for kind, found in outcome.faults.items() for line in found[:_SHOWN]]
    return "\n".join(lines)


def write(plan: Plan, outcome: Outcome) -> Path:
    """Write everything with where and when it was found. Gives the file."""
    at = datetime.now(UTC)
    result: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "where": where(),
        "commit": _commit(),
        "plan": asdict(plan),
        "outcome": vars(outcome),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"chaos-{at:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def where() -> str:
    versions = f"Python {platform.python_version()}, kafka-python {version('kafka-python')}, Apache Kafka {_broker()}"
    load = " ".join(f"{average:.1f}" for average in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), {versions}; "
        f"load averages at the end {load}."
    )


def _broker() -> str:
    return ElementTree.parse(jars.POM).findtext(".//{*}dependency/{*}version") or ""  # noqa: S314 (our own file)


def _commit() -> str:
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return said.stdout.strip()
