"""`make chaos`: referrals through every process of Waymark, which are killed meanwhile; then the reconciliation are balanced."""

import random
import sys
import tempfile
from pathlib import Path

import click

from devtools.distributed import Distributed
from devtools.kafka.cluster import Cluster as Kafka
from devtools.postgresql import Cluster as PostgreSQL
from services.platform.operations import logs
from tests.chaos import installation, report
from tests.chaos.run import Outcome, Plan, run

_REFERRALS = 100_000
_MINUTES = 15.0
"""Of sending. What it takes to start, to come to rest and to balance the reconciliation is not in it."""
_RESTS_WITHIN = 600.0


@click.command()
@click.option("--referrals", type=click.IntRange(1), default=_REFERRALS, show_default=True)
@click.option("--minutes", type=float, default=_MINUTES, show_default=True, help="Send no longer than this.")
@click.option("--kill-every", type=float, default=5.0, show_default=True, help="Seconds, more or less.")
@click.option("--clients", type=click.IntRange(1), default=8, show_default=True)
@click.option("--seed", type=int, help="Of which process is killed when. One is made up, and printed, without it.")
@click.option("--failpoints", type=click.IntRange(1), help="Instead: so many kills at each named step of the path.")
def main(
    referrals: int, minutes: float, kill_every: float, clients: int, seed: int | None, failpoints: int | None
) -> None:
    """Exit status 1 when anything was lost, done twice or made up."""
    if failpoints is not None:
        _kill_at_each_step(failpoints)
        return
    plan = Plan(
        referrals=referrals,
        seconds=minutes * 60,
        kill_every=kill_every,
        clients=clients,
        seed=random.randrange(1_000_000) if seed is None else seed,  # noqa: S311
        rests_within=_RESTS_WITHIN,
    )
    _say(f"Seed {plan.seed}")
    with tempfile.TemporaryDirectory(prefix="waymark-chaos-") as folder, Path(folder, "log").open("w") as lines:
        logs.configure(stream=lines)
        outcome = _run(Path(folder), plan)
    click.echo(report.table(plan, outcome))
    _say(f"\nWritten to {report.write(plan, outcome)}")
    if not outcome.sound:
        _say(report.faults(outcome))
        sys.exit(1)


def _kill_at_each_step(hits: int) -> None:
    from tests.chaos import failpoints  # mlflow takes seconds, and the other runs do not need it

    with tempfile.TemporaryFile("w") as lines:
        logs.configure(stream=lines)
        violations = failpoints.run(hits=hits, report=_say)
    click.echo(report.where() + "\n")
    click.echo(failpoints.table(violations, hits=hits))
    if any(violations.values()):
        sys.exit(1)


def _run(folder: Path, plan: Plan) -> Outcome:
    _say("Starting PostgreSQL, Kafka and every process")
    with (
        PostgreSQL(durable=True) as postgresql,
        Kafka() as kafka,
        Distributed(folder, postgresql, bootstrap_servers=kafka.bootstrap_servers) as waymark,
    ):
        tokens = installation.prepare(waymark, people=["navigator"])
        waymark.start()
        return run(waymark, tokens["navigator"], plan, _say)


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
