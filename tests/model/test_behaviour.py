"""What the champion does with a referral, whatever it was trained on: the promises of models/README.md."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from models.data import demonstration
from models.features import reading
from models.features.facts import EarlierReferral
from models.features.specification import Kind, Monotone
from models.features.vector import build
from models.inference import model as inference
from models.inference.estimate import Estimate
from models.inference.model import Model
from tests.factories import small_model
from tests.factories.champion import champion

DAY = date(2026, 11, 2)
Facts = dict[str, Any]
LAST_BITS = 1e-12


@cache
def referrals() -> tuple[Facts, ...]:
    shown = demonstration.referrals(40, received_on=DAY, seed=21)
    said = [{**referral.facts, "age": referral.age} for referral in shown]
    return tuple(facts for facts in said if isinstance(champion().estimate(build(facts, as_of=DAY)), Estimate))


def log_odds(facts: Facts, *earlier: EarlierReferral, model: Model | None = None) -> float:
    answer = (model or champion()).estimate(build(facts, as_of=DAY, earlier=earlier))
    assert isinstance(answer, Estimate)
    return answer.log_odds


def never_falls(climb: list[float]) -> bool:
    """Equal estimates may differ in their last bits: their contributions are other numbers."""
    return all(after >= before - LAST_BITS for before, after in pairwise(climb))


def ladders() -> Iterator[tuple[str, list[Any]]]:
    """Per monotone feature of one plain answer: its fact, and answers from the most reassuring up."""
    registry = reading.registry()
    for feature in registry.features:
        fact = registry.facts[feature.fact]
        if feature.monotone is not Monotone.UP or feature.reads_earlier_referrals:
            continue
        if feature.kind is Kind.LEVEL:
            yield feature.fact, list(feature.levels)
        elif feature.rule == "as_said":
            yield feature.fact, [False, True] if feature.kind is Kind.FLAG else [0, 1, 2, 5, fact.high]
        elif feature.rule == "number_of_codes":
            yield feature.fact, [list(fact.codes[:number]) for number in range(len(fact.codes) + 1)]
        elif feature.rule == "recency_of_date":
            yield feature.fact, ["2024-01-01", "2025-11-02", "2026-05-02", "2026-11-01"]


LADDERS = dict(ladders())


class TestTheEstimate:
    @pytest.mark.parametrize("fact", LADDERS)
    def test_never_falls_as_an_answer_grows_worse(self, fact: str) -> None:
        for facts in referrals():
            climb = [log_odds({**facts, fact: answer}) for answer in LADDERS[fact]]
            assert never_falls(climb)

    def test_climbs_somewhere(self) -> None:
        """Not because it never moves."""
        moved = {
            fact
            for fact, answers in LADDERS.items()
            if any(
                log_odds({**facts, fact: answers[-1]}) > log_odds({**facts, fact: answers[0]}) for facts in referrals()
            )
        }

        assert len(moved) >= 0.8 * len(LADDERS)

    def test_never_rises_with_strengths(self) -> None:
        codes = reading.registry().facts["strengths"].codes
        for facts in referrals():
            climb = [log_odds({**facts, "strengths": list(codes[:number])}) for number in range(len(codes) + 1)]
            assert never_falls(climb[::-1])
            assert climb[0] > climb[-1]

    @pytest.mark.parametrize(
        "code",
        [
            "knife_or_sharp_object",
            "firearm",
            "corrosive_substance",
            "blunt_object",
            "assault_no_weapon",
            "threat",
            "weapon_carrying_concern",
            "exploitation_concern",
        ],
    )
    def test_never_falls_when_more_happened(self, code: str) -> None:
        for facts in referrals():
            less = [other for other in facts["what_happened"] or ["other"] if other != code] or ["other"]
            assert log_odds({**facts, "what_happened": [*less, code]}) >= (
                log_odds({**facts, "what_happened": less}) - LAST_BITS
            )

    def test_never_falls_with_another_or_a_later_referral_about_violence(self) -> None:
        long_ago = EarlierReferral(date(2026, 1, 2), {"what_happened": ["threat"]})
        lately = EarlierReferral(date(2026, 10, 2), {"what_happened": ["threat"]})
        for facts in referrals():
            climb = [
                log_odds(facts),
                log_odds(facts, long_ago),
                log_odds(facts, lately),
                log_odds(facts, lately, long_ago),
            ]
            assert never_falls(climb)
            assert climb[0] < climb[-1]

    @pytest.mark.parametrize("fact", [*LADDERS, "strengths"])
    def test_lies_between_the_best_and_the_worst_answer_when_it_is_not_known(self, fact: str) -> None:
        worst_last = LADDERS.get(fact) or [list(reading.registry().facts[fact].codes), ["trusted_adult"]]
        for facts in referrals():
            answer = champion().estimate(build({**facts, fact: None}, as_of=DAY))
            # Blanking may leave too little information: then a person sees no estimate, never a lower one.
            if isinstance(answer, Estimate):
                best, worst = (log_odds({**facts, fact: worst_last[end]}) for end in (0, -1))
                # No strength named is the same as none known: "between" has its end there.
                assert best - LAST_BITS <= answer.log_odds
                assert fact == "strengths" or answer.log_odds <= worst + LAST_BITS

    def test_does_not_care_in_which_order_things_were_ticked(self) -> None:
        for facts in referrals():
            turned = {
                fact: answer[::-1] if isinstance(answer, list) else answer for fact, answer in reversed(facts.items())
            }
            assert log_odds(turned) == log_odds(facts)

    @pytest.mark.parametrize(
        ("field", "values"),
        [("ethnicity", ["W1", "B1"]), ("sex", ["F", "M"]), ("area", ["E01", "E02"]), ("source", ["police", "school"])],
    )
    def test_does_not_know_what_it_must_not_know(self, field: str, values: list[str]) -> None:
        for facts in referrals():
            assert len({log_odds({**facts, field: value}) for value in values}) == 1


class TestAModelWithoutConstraints:
    def test_would_be_seen_to_fall(self) -> None:
        """The checks above notice a model that was trained without its directions."""
        manifest, booster, _ = small_model.files()  # trained without any direction
        free = inference.load(manifest, booster)
        falls = 0
        for fact, answers in LADDERS.items():
            for facts in referrals():
                climb = [log_odds({**facts, fact: answer}, model=free) for answer in answers]
                falls += not never_falls(climb)

        assert falls > 0
