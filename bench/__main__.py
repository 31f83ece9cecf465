"""`make bench`: the cost of each stage of the path, and how many referrals go all the way per second."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import report, stages
from bench.timing import measure
from services.embedded.folder import Folder
from services.embedded.system import System
from services.kernel.observability import logs
from services.scoring.adapters.kept_models import KeptModels
from tests.factories import small_model
from tests.world import Caller, World, a_world

_REFERRALS = "/intake/api/v1/referrals"
_WHOLE_PATH = 300
_PATIENCE_SECONDS = 300.0


def main() -> None:
    with tempfile.TemporaryDirectory() as name, Path(name).joinpath("log").open("w") as lines:
        logs.configure(stream=lines)
        scratch = Path(name)
        trained = Folder(Path("var")).models
        models = trained if KeptModels(trained).current() else scratch / "tiny"
        if models != trained:
            print("No trained model is in var/: a tiny one takes its place (`make run` trains one).", file=sys.stderr)
            small_model.keep(models)
        with a_world(scratch / "stages", models=models) as world:
            measured = _stages(world, KeptModels(models), scratch)
        with a_world(scratch / "whole", models=models) as world:
            rates = {"referrals, sent to estimated and in review": _whole_path(world)}
    print(report.table(measured, rates))
    print(f"\nWritten to {report.write(measured, rates)}")


def _stages(world: World, kept: KeptModels, scratch: Path) -> list[Any]:
    navigator = world.caller("navigator")
    body = world.example("intake", _REFERRALS)
    new = _somebody_new(body)
    store = lambda: _send(navigator, next(new))  # noqa: E731
    measured = [measure(stage) for stage in stages.of_the_path(world.system, body=body, store=store, scratch=scratch)]
    measured += [measure(stage) for stage in stages.of_the_model(kept, {"age": 15, **body["facts"]})]
    return [*measured, stages.relay(world.system, scratch)]


def _whole_path(world: World) -> float:
    """Referrals per second from the first request to the last estimate that casework holds."""
    navigator = world.caller("navigator")
    new = _somebody_new(world.example("intake", _REFERRALS))
    world.system.start()
    began = time.perf_counter()
    for _ in range(_WHOLE_PATH):
        _send(navigator, next(new))
    while _arrived(world.system) < _WHOLE_PATH:
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise SystemExit("The path did not come to its end.")
        time.sleep(0.01)
    taken = time.perf_counter() - began
    world.system.stop()
    return _WHOLE_PATH / taken


def _somebody_new(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The referral, each time of another young person: the same one again and again would be one person's history."""
    for number in count():
        born = date(2008, 1, 1) + timedelta(days=number % 2500)
        person = {"name": f"Person {number}", "date_of_birth": born.isoformat(), "postcode": "ZZ99 3VZ"}
        yield {**body, "young_person": person}


def _send(navigator: Caller, body: dict[str, Any]) -> None:
    answer = navigator.post(_REFERRALS, body)
    if answer.status_code != 202:
        raise SystemExit(json.dumps(answer.get_json()))


def _arrived(system: System) -> int:
    """How many referrals casework holds an estimate for."""
    casework = system.services["casework"]
    with casework.database.read() as connection:
        table = casework.metadata.tables["estimates"]
        return connection.execute(sa.select(sa.func.count(table.c.referral_id.distinct()))).scalar_one()


if __name__ == "__main__":
    main()
