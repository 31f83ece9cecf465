"""The matrix of every named step, killed at as often as asked, on PostgreSQL: what held at each."""

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.factories import registry
from tests.kill import arriving_model, matrix, reviewer
from tests.kill.matrix import Violations
from tests.kill.prepared import prepared
from tests.parts.postgresql import Cluster

_REPORTED_EVERY = 50


def run(*, hits: int, report: Callable[[str], None]) -> Violations:
    """Kill at each step so many times: on a referral's path, in what a reviewer does, while a model arrives."""
    done = count(1)

    def told(step: str) -> None:
        if (number := next(done)) % _REPORTED_EVERY == 0:
            report(f"{number} kills, the last at {step}")

    with tempfile.TemporaryDirectory(prefix="waymark-failpoints-") as name, Cluster() as postgresql:
        folder = Path(name)
        with prepared(folder / "referral", database_url=postgresql.schema) as (system, _world):
            pass
        acts = reviewer.waiting(folder / "reviewer", referrals=hits, database_url=postgresql.schema)
        (folder / "registry").mkdir()
        models = registry.made(folder / "registry")
        models.register(seed=1)
        return {
            **matrix.of_a_referral(system, hits=hits, told=told),
            **reviewer.of_a_reviewer(acts, told=told),
            **arriving_model.of_an_arriving_model(models.url, folder / "models", hits=hits, told=told),
        }


def table(violations: Violations, *, hits: int) -> str:
    """In Markdown, with what did not hold below it."""
    rows = [f"| {step} | {hits} | {len(found)} |" for step, found in violations.items()]
    wrong = [f"{step}: {line}" for step, found in violations.items() for line in found]
    return "\n".join(["| step | kills | violations |", "|---|---:|---:|", *rows, *wrong])
