"""`make bench-embedded`: the cost of each stage of the path, and how many referrals go all the way per second."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import champion, referrals, report, stages, whole_path
from bench.bare import BareTable
from bench.timing import Stage, measure
from services.platform.operations import logs
from services.scoring.champion.model_cache import ModelCache
from tests.world import World, a_world


def main() -> None:
    with tempfile.TemporaryDirectory() as name, Path(name).joinpath("log").open("w") as lines:
        logs.configure(stream=lines)
        scratch = Path(name)
        models = scratch / "models"
        model = champion.save(models)
        with a_world(scratch / "stages", models=models) as world:
            measured = [measure(stage) for stage in _stages(world, ModelCache(models), scratch)]
        with a_world(scratch / "whole", models=models) as world:
            rates = whole_path.rates(world, world.example("intake", referrals.PATH))
    print(report.table(measured, rates, model=model))
    print(f"\nWritten to {report.write(measured, rates, model=model)}")


def _stages(world: World, cache: ModelCache, scratch: Path) -> Iterator[Stage]:
    """In the order of the path; each is made when its turn comes."""
    system, example = world.system, world.example("intake", referrals.PATH)
    facts = {"age": 15, **example["facts"]}
    bare = BareTable(scratch / "bare.sqlite")
    yield from stages.of_intake(system, world.caller("navigator"), example, bare)
    yield stages.of_the_relay(system, bare, scratch, example["facts"])
    yield from stages.of_the_model(cache, facts)
    yield stages.of_scoring(system, cache, example["facts"])
    yield stages.of_casework(system, bare)
    bare.close()


if __name__ == "__main__":
    main()
