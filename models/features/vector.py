"""Builds the feature vector of one referral as of its date: the same code trains and serves.

Plain Python on purpose: one referral costs some tens of microseconds, a data frame some thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from operator import itemgetter

from models.features import facts as answers
from models.features import reading
from models.features.derivation import Made, ShownValue, maker_of, sources_of
from models.features.facts import EarlierReferral
from models.features.specification import Registry

Source = tuple[str, str]
"""The id of an earlier referral, and its kind."""


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """The numbers the model sees, in the registry's order, and what they were made from.

    `values` are floats, also for "not known" (`unknown_as` of the registry); `shown` and `dates`
    lie beside them, for the explanation. `not_known` names the features whose fact was not given, whatever number stands
    in for it. `out_of_range` names the facts that no model may be asked about. `sources` has the
    earlier referrals, newest first, of each feature that was made from any.
    """

    digest: str
    values: tuple[float, ...]
    shown: tuple[ShownValue, ...]
    dates: tuple[date | None, ...]
    not_known: tuple[str, ...]
    known_facts: int
    out_of_range: tuple[str, ...]
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)


class VectorBuilder:
    """A registry made ready: one small function per feature."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._digest = registry.digest
        self._facts = answers.FactReader(registry.facts.values())
        self._makers: list[Callable[[answers.Known], Made]] = [maker_of(feature) for feature in registry.features]
        self._answered = [
            (feature.name, feature.fact)
            for feature in registry.features
            if not feature.reads_earlier_referrals  # those are our own record: always known
        ]

    def build(
        self,
        facts: Mapping[str, object],
        *,
        as_of: date,
        earlier: Iterable[EarlierReferral] = (),
    ) -> FeatureVector:
        """The feature vector of a referral received on `as_of`.

        `facts` are the coded facts of the event, age among them; a key that the registry does not
        know is ignored, null or absence is "not known". `earlier` are the person's other
        referrals, in any order: those not before `as_of` are ignored, so that a late fact cannot
        leak into the past. Never raises for what a referral says: see `out_of_range`.
        """
        known = self._facts.read(facts, as_of, _past(earlier, as_of))
        values, shown, dates = zip(*[make(known) for make in self._makers], strict=True)
        return FeatureVector(
            self._digest,
            values,
            shown,
            dates,
            tuple([name for name, fact in self._answered if fact not in known.answers]),
            len(known.answers),
            known.out_of_range,
            self._sources(known),
        )

    def _sources(self, known: answers.Known) -> dict[str, tuple[Source, ...]]:
        if not any(referral.id for _, referral in known.earlier):
            return {}  # training names no referral
        found = ((feature.name, sources_of(feature, known)) for feature in self.registry.features)
        return {name: tuple((one.id, one.kind) for one in sources) for name, sources in found if sources}


def build(facts: Mapping[str, object], *, as_of: date, earlier: Iterable[EarlierReferral] = ()) -> FeatureVector:
    """`VectorBuilder.build` with the project's own registry."""
    return _builder().build(facts, as_of=as_of, earlier=earlier)


@cache
def _builder() -> VectorBuilder:
    return VectorBuilder(reading.registry())


def _past(earlier: Iterable[EarlierReferral], as_of: date) -> answers.Past:
    past = [(days, referral) for referral in earlier if (days := (as_of - referral.received_on).days) > 0]
    past.sort(key=itemgetter(0))
    return past
