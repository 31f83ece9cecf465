"""A loaded model answers or says why it does not; one by one, in a batch, and again from a stored snapshot."""

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.data import demonstration
from models.features import reading, snapshot
from models.features.vector import FeatureVector, build
from models.inference.estimate import Band, Estimate, NotEstimated, Reason
from models.inference.model import FeatureContractBroken, probability_of
from tests.factories.champion import champion

DAY = date(2026, 11, 2)
ENOUGH: dict[str, Any] = {"age": 15, "what_happened": ["knife_or_sharp_object"], "involvement": ["victim"]}


def vectors(number: int) -> list[FeatureVector]:
    return [
        build({**referral.facts, "age": referral.age}, as_of=DAY)
        for referral in demonstration.referrals(number, received_on=DAY, seed=8)
    ]


def bits(answer: object) -> str:
    """Every float of an answer, to the last bit."""
    return repr(answer)


class TestAnEstimate:
    def test_has_all_that_a_person_is_shown(self) -> None:
        answer = champion().estimate(build(ENOUGH, as_of=DAY))

        assert isinstance(answer, Estimate)
        assert 0 < answer.probability < 1
        assert answer.probability == probability_of(answer.log_odds)
        assert answer.interval is None
        assert answer.invented_data
        assert answer.model_digest == champion().digest
        assert [part.feature for part in answer.contributions] == list(reading.registry().names)
        assert "injury" in answer.missing
        assert "age_years" not in answer.missing

    def test_says_what_each_contribution_rests_on(self) -> None:
        facts = {**ENOUGH, "injury": "admitted", "weapon_found_by_police_on": "2026-10-03"}
        answer = champion().estimate(build(facts, as_of=DAY))

        assert isinstance(answer, Estimate)
        by_name = {part.feature: part for part in answer.contributions}
        assert (by_name["injury"].value, by_name["injury"].origin) == ("admitted", "health")
        assert by_name["injury"].observed_on == DAY
        assert by_name["weapon_found_recency"].value == 30
        assert by_name["weapon_found_recency"].observed_on == date(2026, 10, 3)
        assert by_name["mental_health_need"].value is None
        assert by_name["mental_health_need"].observed_on is None

    def test_is_in_the_band_its_probability_reaches(self) -> None:
        manifest = champion().manifest
        seen = set()

        for answer in map(champion().estimate, vectors(300)):
            if isinstance(answer, Estimate):
                expected = Band.HIGH if answer.probability >= manifest.high_from else Band.RAISED
                assert answer.band == (expected if answer.probability >= manifest.raised_from else Band.USUAL)
                seen.add(answer.band)
        assert seen == set(Band)

    def test_is_the_same_bits_after_whichever_others(self) -> None:
        some = vectors(100)

        one_way = [bits(champion().estimate(vector)) for vector in some]
        the_other = [bits(champion().estimate(vector)) for vector in some[::-1]]

        assert the_other == one_way[::-1]

    def test_replayed_from_its_stored_snapshot_is_the_same_bits(self) -> None:
        for vector in vectors(100):
            stored = json.dumps(snapshot.to_json(vector))

            again = champion().estimate(snapshot.from_json(json.loads(stored)))

            assert bits(again) == bits(champion().estimate(vector))

    def test_replayed_from_rounded_numbers_would_not_be(self) -> None:
        """The comparison of bits above notices the last of them."""
        vector = build({**ENOUGH, "weapon_found_by_police_on": "2026-10-03"}, as_of=DAY)
        answer = champion().estimate(vector)
        assert isinstance(answer, Estimate)

        assert bits(replace(answer, log_odds=math.nextafter(answer.log_odds, 0))) != bits(answer)


class TestNoEstimate:
    def answer(self, facts: dict[str, Any]) -> NotEstimated:
        answer = champion().estimate(build(facts, as_of=DAY))
        assert isinstance(answer, NotEstimated)
        return answer

    @pytest.mark.parametrize(
        "known",
        [{}, {"age": 15}, {"age": 15, "injury": "minor"}, {"age": 15, "involvement": [], "what_happened": ["threat"]}],
    )
    def test_is_made_of_too_little(self, known: dict[str, Any]) -> None:
        answer = self.answer(known)

        assert answer.reason is Reason.TOO_LITTLE_INFORMATION
        assert "mental_health_need" in answer.missing

    def test_is_not_too_little_with_three_facts(self) -> None:
        assert isinstance(champion().estimate(build(ENOUGH, as_of=DAY)), Estimate)

    @pytest.mark.parametrize(
        ("fact", "said"),
        [("age", 26), ("age", 3), ("injury", "scratched"), ("weapon_found_by_police_on", "2026-11-03")],
    )
    def test_is_made_out_of_range(self, fact: str, said: Any) -> None:
        answer = self.answer({**ENOUGH, fact: said})

        assert answer.reason is Reason.OUT_OF_RANGE
        assert answer.facts == (fact,)

    @pytest.mark.parametrize("number", [-1.0, 26.0, math.inf, -math.inf])
    def test_is_made_of_a_vector_that_no_referral_gives(self, number: float) -> None:
        vector = build(ENOUGH, as_of=DAY)
        answer = champion().estimate(replace(vector, values=(number, *vector.values[1:])))

        assert isinstance(answer, NotEstimated)
        assert (answer.reason, answer.facts) == (Reason.OUT_OF_RANGE, ("age_years",))

    def test_is_made_of_another_registry_s_vector(self) -> None:
        with pytest.raises(FeatureContractBroken):
            champion().estimate(replace(build(ENOUGH, as_of=DAY), digest="0" * 64))


class TestAProbability:
    @pytest.mark.parametrize(("log_odds", "chance"), [(0.0, 0.5), (-1e4, 0.0), (1e4, 1.0), (math.log(3), 0.75)])
    def test_never_overflows(self, log_odds: float, chance: float) -> None:
        assert probability_of(log_odds) == pytest.approx(chance)
