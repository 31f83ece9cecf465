"""A model that arrives from the registry, killed at each named step: the one in use is always whole, old or new."""

import importlib
import os
import shutil
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from models.inference.manifest import ArtefactRefused
from services.platform import failpoints
from services.scoring.champion.loaded import WrongFeatures, load
from services.scoring.champion.model_cache import ModelCache
from services.scoring.champion.model_store import ModelStore
from tests.factories import small_model
from tests.kill.matrix import Violations
from tests.kill.process import starter

STEPS = ("model.downloaded", "model.verified", "model.swapped")
_OLD = 100
"""The seed of the model in use before, which no registry has."""


def of_a_downloading_model(
    registry_url: str, folder: Path, *, hits: int, told: Callable[[str], object] = str
) -> Violations:
    """Kill at each step so many times while the registry's champion is fetched; then fetch it unharmed."""
    found: dict[str, list[str]] = {step: [] for step in STEPS}
    old = small_model.save(folder / "before", number=1, seed=_OLD).version
    rounds = [(step, folder / f"{number}-{step}") for number in range(hits) for step in STEPS]
    for _, location in rounds:
        shutil.copytree(folder / "before", location)
    for (step, location), signalled in zip(rounds, _killed(registry_url, rounds), strict=True):
        cache = ModelCache(location)
        found[step] += [] if signalled else ["it was not killed"]
        found[step] += _unlike(cache, old, new=step == "model.swapped")
        ModelStore(registry_url, cache).fetch_champion()
        found[step] += _unlike(cache, old, new=True)
        told(step)
    return found


def fetch(answers: Connection, registry_url: str, rounds: Sequence[tuple[str, Path]]) -> None:
    """In a process that is forked for each round. Answers whether it was killed."""
    import mlflow.tracking  # noqa: F401 (seconds, once for all rounds)

    for step, location in rounds:
        pid = os.fork()
        if pid == 0:
            try:
                os.environ[failpoints.VARIABLE] = f"{step}:kill"
                importlib.reload(failpoints)
                ModelStore(registry_url, ModelCache(location)).fetch_champion()
            finally:
                os._exit(0)
        answers.send(os.WIFSIGNALED(os.waitpid(pid, 0)[1]))


def _killed(registry_url: str, rounds: Sequence[tuple[str, Path]]) -> list[bool]:
    ours, theirs = starter().Pipe()
    process = starter().Process(target=fetch, args=(theirs, registry_url, rounds))
    process.start()
    killed: list[bool] = [ours.recv() for _ in rounds]
    process.join()
    return killed


def _unlike(cache: ModelCache, old: str, *, new: bool) -> list[str]:
    """What is wrong with the model that the next start would take."""
    current = cache.current()
    if current is None:
        return ["there is no model"]
    try:
        load(current)
    except (ArtefactRefused, WrongFeatures, OSError, ValueError) as error:
        return [f"the model does not load: {type(error).__name__}"]
    return [] if (current.version != old) == new else [f"the model is {current.version}"]
