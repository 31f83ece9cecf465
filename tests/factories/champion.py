"""A champion trained on a small invented cohort by the real pipeline, once per test process."""

from dataclasses import replace
from functools import cache

from models.inference import model as inference
from models.inference.model import Model
from models.training import experiment as experiments
from models.training import pipeline
from models.training.experiment import Experiment
from models.training.pipeline import Trained


def small_experiment(*, people: int = 16_000, seed: int = 3) -> Experiment:
    """The project's own experiment with fewer people and one point of its grid."""
    default = experiments.default()
    return replace(
        default,
        seed=seed,
        cohort=replace(default.cohort, people=people),
        champion=replace(default.champion, num_leaves=(4,), rounds=(150,)),
        evaluation=replace(default.evaluation, bootstrap=100),
    )


@cache
def trained() -> Trained:
    return pipeline.fit(small_experiment())


@cache
def champion() -> Model:
    return inference.load(trained().manifest.to_bytes(), trained().booster)
