"""`make bench-distributed`: distributed mode beside its floors; with a number, P9 up to so many referrals."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bench import referrals
from bench.distributed import alone, growth, pgbench, report, statements, workers
from bench.distributed.installation import Installation, installed
from bench.distributed.path import CLIENTS
from bench.distributed.path import Path as WholePath
from bench.distributed.rate import Rate
from bench.distributed.report import Measured
from services.platform.operations import logs

PARTS = ("alone", "path", "workers", "growth")
_GO_ALL_THE_WAY = 1_000
_ASKED_PER_SECOND = 50.0
_SECONDS = 20.0


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--held", type=click.IntRange(1_000), default=100_000, show_default=True, help="The most, for growth.")
def main(parts: tuple[str, ...], held: int) -> None:
    """Measure these PARTS, or all."""
    wanted = parts or PARTS
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as name, Path(name).joinpath("log").open("w") as lines:
        logs.configure(stream=lines)
        with installed(Path(name) / "waymark") as at:
            measured = Measured(model=at.model)
            _measure(at, measured, wanted, held)
            at.estimated_all()
    click.echo(report.tables(measured))
    click.echo(f"\nWritten to {report.write(measured)}")


def _measure(at: Installation, measured: Measured, wanted: tuple[str, ...], held: int) -> None:
    example = at.world.example("intake", referrals.PATH)
    if "path" in wanted:
        _whole_path(at, measured, example)
    if "alone" in wanted:
        measured.rates += alone.rates(at, example)
    if "workers" in wanted:
        at.pass_over("scoring")
        measured.workers |= dict(workers.scaling(at, example["facts"]))
    if "growth" in wanted:
        sizes = [10**power for power in range(3, 7) if 10**power <= held]
        measured.growth += growth.costs(at, example, sizes)


def _whole_path(at: Installation, measured: Measured, example: dict[str, Any]) -> None:
    """First what the database alone would do with intake's statements, as many clients asking."""
    post = _poster(at, example)
    post()
    script = statements.of(at.system.services["intake"], post).script()
    with at.beside("intake") as address:
        minimum = pgbench.transactions(script, address, clients=CLIENTS, folder=at.waymark.folder.root)
    with _everything_runs(at):
        path = WholePath(at=at, example=example, token=at.world.caller("navigator").token)
        path.throughput(100)
        reached = path.throughput(_GO_ALL_THE_WAY)
        measured.rates.append(
            Rate(
                name=f"the whole path, {CLIENTS} clients",
                per_second=reached,
                floor="pgbench with intake's statements",
                floor_per_second=minimum,
            )
        )
        for per_second in sorted({reached / 2, _ASKED_PER_SECOND}):
            measured.waits.append(path.waits(per_second, seconds=_SECONDS))


def _poster(at: Installation, example: dict[str, Any]) -> Callable[[], None]:
    navigator, new = at.world.caller("navigator"), referrals.bodies(example, first=90_000_000)

    def post() -> None:
        answer = navigator.post(referrals.PATH, next(new))
        assert answer.status_code == 202, answer.get_json()

    return post


@contextmanager
def _everything_runs(at: Installation) -> Iterator[None]:
    at.waymark.start()
    try:
        yield
    finally:
        at.waymark.stop()


if __name__ == "__main__":
    main()
