"""The tables of distributed mode, and their file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import report
from bench.distributed.growth import Cost
from bench.distributed.path import Waits
from bench.distributed.rate import Rate


@dataclass(kw_only=True)
class Measured:
    """What is there so far: a part that was not asked for stays empty."""

    model: str
    rates: list[Rate] = field(default_factory=list)
    waits: list[Waits] = field(default_factory=list)
    workers: dict[int, float] = field(default_factory=dict)
    growth: list[Cost] = field(default_factory=list)


def tables(measured: Measured) -> str:
    """In Markdown, as docs/performance.md has them."""
    parts = [[report.machine("PostgreSQL and Kafka"), f"Model: {measured.model}."]]
    if measured.rates:
        parts.append(_table(["", "a second", "beside it", "a second", "share"], _rates(measured.rates)))
    if measured.waits:
        head = ["referrals a second (asked for)", "", "p50", "p95", "p99"]
        parts.append(_table(head, _waits(measured.waits)))
    if measured.workers:
        parts.append(_table(["scoring workers", "events a second", "of one worker's"], _workers(measured.workers)))
    if measured.growth:
        head = ["held", "a row and a commit µs", "receive µs", "relay µs", "score µs", "open a review µs"]
        parts.append(_table(head, _growth(measured.growth)))
    return "\n\n".join("\n".join(part) for part in parts)


def write(measured: Measured) -> Path:
    at = datetime.now(UTC)
    report.RESULTS.mkdir(exist_ok=True)
    path = report.RESULTS / f"distributed-{at:%Y%m%dT%H%M%S}.json"
    result = {"at": at.isoformat(timespec="seconds"), **asdict(measured)}
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _rates(rates: Iterable[Rate]) -> Iterable[Sequence[str]]:
    for each in rates:
        yield each.name, f"{each.per_second:,.0f}", each.floor, f"{each.floor_per_second:,.0f}", f"{each.share:.2f}"


def _waits(waits: Iterable[Waits]) -> Iterable[Sequence[str]]:
    for each in waits:
        rate = f"{each.per_second:.0f} ({each.asked_per_second:.0f})"
        for name, seconds in (("received → reviewable", each.reviewable), ("received → estimated", each.estimated)):
            yield rate, name, *(f"{1000 * second:,.0f} ms" for second in seconds)


def _workers(workers: Mapping[int, float]) -> Iterable[Sequence[str]]:
    one = workers[min(workers)]
    for number, per_second in workers.items():
        yield str(number), f"{per_second:,.0f}", f"{per_second / one:.2f}"


def _growth(growth: Sequence[Cost]) -> Iterable[Sequence[str]]:
    for each in growth:
        costs = (each.commit, each.receive, each.relay, each.score, each.open_review)
        yield f"{each.held:,}", *(f"{cost:,.0f}" for cost in costs)
