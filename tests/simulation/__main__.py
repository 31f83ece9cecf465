"""The long form, from the command line. It ends with 1 when a referral was missed in any hour."""

import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from services.platform.operations import logs
from tests.simulation.run import Report, simulate


@click.command()
@click.option("--referrals", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@click.option("--seed", type=int, default=20261201, show_default=True)
def main(referrals: int, days: int, seed: int) -> None:
    """Simulate DAYS of work on REFERRALS, and ask at each hour whether every referral is in somebody's list."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Path(folder, "log").open("w", encoding="utf-8") as stream,
        Progress(console=Console(stderr=True)) as shown,
    ):
        logs.configure(stream=stream)
        task = shown.add_task("hours", total=days * 24)
        report = simulate(
            Path(folder, "simulation"),
            referrals=referrals,
            days=days,
            seed=seed,
            progress=lambda hour, _: shown.update(task, completed=hour),
        )
    show(report)
    sys.exit(1 if report.missed else 0)


def show(report: Report) -> None:
    console = Console()
    table = Table("what happened", "times", title=f"{report.hours} simulated hours")
    for name, times in sorted({**report.done, **{f"refused, {what}": n for what, n in report.refused.items()}}.items()):
        table.add_row(name, str(times))
    console.print(table)
    console.print(
        f"missed: {len(report.missed)} referral-hours, {len({one.referral_id for one in report.missed})} referrals"
    )
    for why, times in report.reasons.most_common():
        console.print(f"  {times} × {why}")


if __name__ == "__main__":
    main()
