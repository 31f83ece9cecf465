"""The matrix of every named step, killed at as often as asked, on PostgreSQL: what held at each."""

import tempfile
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

from devtools.postgresql import Cluster
from tests.factories import registry
from tests.kill import downloading_model, matrix, reviewer
from tests.kill.matrix import Violations
from tests.kill.prepared import prepared

_REPORTED_EVERY = 50
_OF_ONE_SYSTEM = 3
"""So often each step is killed at before the reconciliation are balanced and a new system is taken: after each kill all that a
system holds is read, and the thousandth referral would make that the longest part by far."""


def run(*, hits: int, report: Callable[[str], None]) -> Violations:
    """Kill at each step so many times: on a referral's path, in what a reviewer does, while a model arrives."""
    done = count(1)

    def told(step: str) -> None:
        if (number := next(done)) % _REPORTED_EVERY == 0:
            report(f"{number} kills, the last at {step}")

    with tempfile.TemporaryDirectory(prefix="waymark-failpoints-") as name, Cluster() as postgresql:
        folder = Path(name)
        rounds = [range(hits)[first : first + _OF_ONE_SYSTEM] for first in range(0, hits, _OF_ONE_SYSTEM)]
        killed = [_of_people(folder / str(each[0]), postgresql, hits=len(each), told=told) for each in rounds]
        (folder / "registry").mkdir()
        models = registry.made(folder / "registry")
        models.register(seed=1)
        killed.append(downloading_model.of_a_downloading_model(models.url, folder / "models", hits=hits, told=told))
        return _together(killed)


def _of_people(folder: Path, postgresql: Cluster, *, hits: int, told: Callable[[str], None]) -> Violations:
    with prepared(folder / "referral", database_url=postgresql.schema) as (system, _world):
        pass
    found = matrix.of_a_referral(system, hits=hits, told=told)
    acts = reviewer.waiting(folder / "reviewer", referrals=hits, database_url=postgresql.schema)
    return {**found, **reviewer.of_a_reviewer(acts, told=told)}


def _together(rounds: Iterable[Violations]) -> Violations:
    found: dict[str, list[str]] = {}
    for each in rounds:
        for step, violations in each.items():
            found.setdefault(step, []).extend(violations)
    return found


def table(violations: Violations, *, hits: int) -> str:
    """In Markdown, with what did not hold below it."""
    rows = [f"| {step} | {hits} | {len(found)} |" for step, found in violations.items()]
    wrong = [f"{step}: {line}" for step, found in violations.items() for line in found]
    return "\n".join(["| step | times | violations |", "|---|---:|---:|", *rows, *wrong])
