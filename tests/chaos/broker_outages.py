"""`make chaos-broker`: the runs of `outages.py`, and their figures as a table."""

import os
import sys

import click

from services.platform.operations import logs
from tests.chaos import outages
from tests.chaos.report import where

_RUNS = {
    "one-broker": (outages.one_broker, 10),
    "three-brokers": (outages.three_brokers, 10),
    "no-broker": (outages.no_broker, 5_000),
}


@click.command()
@click.argument("runs", nargs=-1, type=click.Choice(list(_RUNS)))
@click.option("--times", type=click.IntRange(1), help="How often, or of no-broker how many referrals.")
def main(runs: tuple[str, ...], times: int | None) -> None:
    """RUNS are all when none is named. Exit status 1 when anything was lost, done twice or made up."""
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115 (until the process ends)
    sound = True
    click.echo(where() + "\n\n| run | timed | times | median s | p95 s | longest s |\n|---|---|---:|---:|---:|---:|")
    for name in runs or _RUNS:
        run, usual = _RUNS[name]
        outcome = run(times or usual)
        for what, seconds in outcome.seconds.items():
            figures = " | ".join(f"{outages.percentile(seconds, percent):.1f}" for percent in (50, 95))
            click.echo(f"| {name} | {what} | {len(seconds)} | {figures} | {max(seconds):.1f} |")
        faults = {kind: lines for kind, lines in outcome.faults.items() if lines}
        click.echo(
            f"| {name} | accepted {outcome.accepted:,}, answers {dict(outcome.answers)}, wrong {faults or 0} | | | | |"
        )
        sound &= outcome.sound
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
