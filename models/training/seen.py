"""How often training saw each answer, and how often is enough to learn from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from models.data.dataset import Dataset
from models.features import reading
from models.features.specification import Feature, Kind, Missing, Rule
from models.inference.manifest import Manifest
from models.inference.seen import is_few, step
from models.training.experiment import Experiment

_SELECTED = frozenset(feature.name for feature in reading.registry().features if feature.rule is Rule.NUMBER_OF_CODES)
"""Features that count what was selected of a list."""


def counted(data: Dataset) -> list[list[list[float]]]:
    """Per feature, per answer that somebody gave: its number, how many gave it, how many of them were harmed.

    At most one entry for each whole number of the feature's range, two for a recency.
    """
    return [_counted(feature, index, data) for index, feature in enumerate(data.registry.features)]


def _counted(feature: Feature, index: int, data: Dataset) -> list[list[float]]:
    # Where "not known" counts as nothing on record, the model learned what nothing means from these too.
    known = data.known[:, index] | (feature.missing is not Missing.UNKNOWN)
    numbers = data.rows[known, index]
    answers, which = np.unique([step(feature.kind, number) for number in numbers.tolist()], return_inverse=True)
    people = np.bincount(which, minlength=len(answers))
    harmed = np.bincount(which, weights=data.label[known], minlength=len(answers))
    return [
        [float(answer), int(number), int(of_them)]
        for answer, number, of_them in zip(answers, people, harmed, strict=True)
    ]


def minimum(experiment: Experiment, data: Dataset) -> int:
    """How many young people must have given an answer for the model to have learned from it.

    So many that `expected_events` of them are harmed at the usual rate; and no fewer than fill a leaf.
    """
    tree = experiment.champion
    for_events = experiment.seen.expected_events / float(data.label.mean())
    return math.ceil(max(for_events, tree.min_child_samples / tree.subsample))


def few_in_words(manifest: Manifest) -> str:
    """Which answers the model has seen too few of, in one sentence without counts; empty when there are none."""
    few = [words for feature in manifest.features if (words := _few(feature, manifest.minimum_seen))]
    return f"Seen in fewer than {manifest.minimum_seen} referrals: {'; '.join(few)}." if few else ""


def _few(feature: Mapping[str, Any], minimum: int) -> str:
    few = is_few(feature, minimum=minimum)
    # Nothing recorded is not an answer, and neither is a list with nothing selected.
    never_zero = feature["kind"] == Kind.RECENCY or feature["feature"] in _SELECTED
    first = 1 if never_zero else int(feature["low"])
    rare = [number for number in range(first, int(feature["high"]) + 1) if few(number)]
    named = feature["levels"] or (["no", "yes"] if feature["high"] == 1 else [])
    return f"{feature['feature']} {', '.join(_runs(rare, named))}" if rare else ""


def _runs(numbers: list[int], named: list[str]) -> list[str]:
    """Names, or numbers with those that follow each other as one."""
    if named:
        return [named[number] for number in numbers]
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    return [str(start) if start == end else f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
