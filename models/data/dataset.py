"""A training set: one row of features per referral, its label, and its date. No equality data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.data.chance import Flags, Numbers
from models.data.population import Population
from models.features import reading
from models.features.specification import Registry
from models.features.vector import VectorBuilder

Days = NDArray[np.datetime64]
REPORT_EVERY = 2_000


@dataclass(frozen=True)
class Dataset:
    """Arrays with one entry per referral, in the order of `received_on`.

    `rows` is (n, features) float64 in the registry's order; `known`, of the same shape, says which of
    them somebody answered. `known_facts` counts the facts behind each row. For invented data the truth comes along, for evaluation
    alone: `chance`, everyone's true chance of harm, and `observable`, the log-odds that a complete
    and faultless referral would tell.
    """

    registry: Registry
    rows: Numbers
    known: Flags
    label: Flags
    received_on: Days
    known_facts: NDArray[np.int64]
    chance: Numbers
    observable: Numbers

    def __len__(self) -> int:
        return len(self.label)

    def between(self, first: date, last: date) -> Dataset:
        """The referrals received from `first` to `last`, both included."""
        return self.where((self.received_on >= np.datetime64(first)) & (self.received_on <= np.datetime64(last)))

    def where(self, chosen: Flags) -> Dataset:
        return Dataset(
            registry=self.registry,
            rows=self.rows[chosen],
            known=self.known[chosen],
            label=self.label[chosen],
            received_on=self.received_on[chosen],
            known_facts=self.known_facts[chosen],
            chance=self.chance[chosen],
            observable=self.observable[chosen],
        )

    @property
    def digest(self) -> str:
        """SHA-256 over the feature contract, rows, what of them is known, labels and dates."""
        digest = hashlib.sha256(self.registry.digest.encode())
        for part in (self.rows, self.known, self.label, self.received_on.astype("datetime64[D]").astype(np.int64)):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()


def build(
    people: Population,
    label: Flags,
    *,
    registry: Registry | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Dataset:
    """The features of every referral, made by the code that serving uses."""
    builder = VectorBuilder(registry or reading.registry())
    rows = np.empty((len(label), len(builder.registry.features)), dtype=np.float64)
    known = np.ones(rows.shape, dtype=np.bool_)
    known_facts = np.empty(len(label), dtype=np.int64)
    columns = {name: index for index, name in enumerate(builder.registry.names)}
    referrals = zip(people.facts, people.received_on, people.earlier, strict=True)
    for index, (facts, day, earlier) in enumerate(referrals):
        vector = builder.build(facts, as_of=day, earlier=earlier)
        rows[index] = vector.values
        known[index, [columns[name] for name in vector.not_known]] = False
        known_facts[index] = vector.known_facts
        if index % REPORT_EVERY == 0:
            progress(index, len(label))
    progress(len(label), len(label))
    return Dataset(
        registry=builder.registry,
        rows=rows,
        known=known,
        label=label,
        received_on=np.array(people.received_on, dtype="datetime64[D]"),
        known_facts=known_facts,
        chance=people.outcomes.chance,
        observable=people.outcomes.observable,
    )
