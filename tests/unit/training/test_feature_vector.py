"""A referral's facts become numbers as of its day, and nothing that came later or lies too far back counts."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features import reading, snapshot
from models.features.facts import EarlierReferral
from models.features.vector import FeatureVector, build

TODAY = date(2026, 3, 1)


def vector(facts: Mapping[str, Any], *earlier: EarlierReferral) -> FeatureVector:
    return build(facts, as_of=TODAY, earlier=earlier)


def before(days: int, **facts: Any) -> EarlierReferral:
    return EarlierReferral(TODAY - timedelta(days=days), facts)


def value(built: FeatureVector, name: str) -> float:
    return built.values[reading.registry().names.index(name)]


def shown(built: FeatureVector, name: str) -> object:
    return built.shown[reading.registry().names.index(name)]


def day(built: FeatureVector, name: str) -> date | None:
    return built.dates[reading.registry().names.index(name)]


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("facts", "name", "number"),
        [
            ({"age": 15}, "age_years", 15.0),
            ({"what_happened": ["threat", "knife_or_sharp_object"]}, "knife_or_sharp_object", 1.0),
            ({"what_happened": ["threat"]}, "knife_or_sharp_object", 0.0),
            ({"injury": "none"}, "injury", 0.0),
            ({"injury": "life_threatening"}, "injury", 4.0),
            ({"immediate_danger": "yes"}, "immediate_danger", 1.0),
            ({"immediate_danger": "no"}, "immediate_danger", 0.0),
            ({"education_status": "in_work"}, "education_status", 0.0),
            ({"education_status": "excluded"}, "education_status", 5.0),
            ({"self_harm_12m": False}, "self_harm_12m", 0.0),
            ({"exploitation_signs": ["debt", "phone_activity"]}, "exploitation_signs", 2.0),
            ({"strengths": ["trusted_adult"]}, "strengths", 1.0),
        ],
    )
    def test_becomes_its_number(self, facts: dict[str, Any], name: str, number: float) -> None:
        built = vector(facts)

        assert value(built, name) == number
        assert name not in built.not_known
        assert day(built, name) == TODAY

    @pytest.mark.parametrize(
        ("facts", "name"),
        [
            ({}, "injury"),
            ({"injury": None}, "injury"),
            ({"immediate_danger": "not_known"}, "immediate_danger"),
            ({"what_happened": []}, "knife_or_sharp_object"),
            ({"involvement": []}, "victim"),
            ({"exploitation_signs": []}, "exploitation_signs"),
        ],
    )
    def test_that_nobody_gave_is_not_known(self, facts: dict[str, Any], name: str) -> None:
        built = vector(facts)

        assert value(built, name) == 0.5
        assert shown(built, name) is None
        assert name in built.not_known
        assert built.known_facts == 0

    @pytest.mark.parametrize("facts", [{}, {"strengths": []}])
    def test_about_strengths_that_nobody_gave_reassures_nobody(self, facts: dict[str, Any]) -> None:
        built = vector(facts)

        assert value(built, "strengths") == 0.0
        assert "strengths" in built.not_known
        assert built.known_facts == 0

    def test_with_nothing_selected_leaves_what_an_earlier_referral_said(self) -> None:
        built = vector({"exploitation_signs": []}, before(9, exploitation_signs=["debt"]))

        assert value(built, "exploitation_signs") == 1.0

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("age", 9), ("age", 26), ("age", 15.0), ("age", True), ("age", "15"),
            ("injury", "scratched"), ("injury", 1), ("injury", ["none"]),
            ("what_happened", ["shouting"]), ("what_happened", "threat"), ("what_happened", [["threat"]]),
            ("self_harm_12m", 1), ("self_harm_12m", "yes"),
            ("violence_attendances_12m", -1), ("violence_attendances_12m", 51),
            ("violence_attendances_12m", math.nan), ("violence_attendances_12m", math.inf),
            ("weapon_found_by_police_on", "2026-03-02"), ("weapon_found_by_police_on", "20260101"),
            ("weapon_found_by_police_on", "2026-02-30"), ("weapon_found_by_police_on", 1),
        ],
    )  # fmt: skip
    def test_that_no_model_was_told_of_is_named(self, name: str, said: Any) -> None:
        assert vector({name: said}).out_of_range == (name,)

    def test_in_an_unknown_field_is_ignored(self) -> None:
        assert vector({"favourite_colour": "blue", "source": "school"}) == vector({})


class TestAWeaponFound:
    @pytest.mark.parametrize(
        ("days", "number"), [(0, 1.0), (180, 0.5), (360, 0.25), (548, 2 ** (-548 / 180)), (549, 0.0)]
    )
    def test_counts_less_the_longer_ago_and_then_no_more(self, days: int, number: float) -> None:
        found = TODAY - timedelta(days=days)
        built = vector({"weapon_found_by_police_on": found.isoformat()})

        assert value(built, "weapon_found_recency") == pytest.approx(number, abs=1e-15)
        assert day(built, "weapon_found_recency") == (found if number else None)
        assert shown(built, "weapon_found_recency") == (days if number else None)

    def test_may_be_a_date_or_its_text(self) -> None:
        assert vector({"weapon_found_by_police_on": date(2026, 1, 1)}) == vector(
            {"weapon_found_by_police_on": "2026-01-01"}
        )


class TestEarlierReferrals:
    def test_about_violence_count_for_twelve_months(self) -> None:
        built = vector(
            {},
            before(366, what_happened=["threat"]),
            before(365, what_happened=["threat"]),
            before(120, what_happened=["knife_or_sharp_object", "other"]),
            before(60, what_happened=["exploitation_concern"]),
            before(40),
        )

        assert value(built, "earlier_violence_referrals_12m") == 2.0
        assert value(built, "earlier_violence_referral_recency") == pytest.approx(0.5)
        assert shown(built, "earlier_violence_referral_recency") == 120
        assert day(built, "earlier_violence_referrals_12m") == TODAY - timedelta(days=120)

    def test_that_there_are_none_is_known(self) -> None:
        built = vector({})

        assert value(built, "earlier_violence_referrals_12m") == 0.0
        assert not {name for name in built.not_known if name.startswith("earlier_")}

    def test_of_the_same_day_or_later_do_not_reach_back(self) -> None:
        later = [
            EarlierReferral(TODAY + timedelta(days=days), {"what_happened": ["threat"], "injury": "minor"})
            for days in (0, 1)
        ]

        assert vector({}, *later) == vector({})

    def test_lend_an_answer_while_it_stands(self) -> None:
        built = vector({}, before(60, education_status="excluded"))

        assert shown(built, "education_status") == "excluded"
        assert day(built, "education_status") == TODAY - timedelta(days=60)
        assert built.known_facts == 1

    def test_lend_no_answer_that_no_longer_stands(self) -> None:
        assert "education_status" in vector({}, before(61, education_status="excluded")).not_known

    def test_lend_no_answer_about_another_day_s_incident(self) -> None:
        assert "injury" in vector({}, before(1, injury="admitted")).not_known

    def test_give_way_to_this_referral_s_own_answer(self) -> None:
        built = vector({"education_status": "in_education"}, before(1, education_status="excluded"))

        assert shown(built, "education_status") == "in_education"

    def test_lend_the_newest_answer(self) -> None:
        built = vector({}, before(50, substance_use="none"), before(3, substance_use="frequent"), before(9))

        assert shown(built, "substance_use") == "frequent"

    def test_with_a_mistake_in_them_do_not_spoil_this_one(self) -> None:
        built = vector({}, before(3, substance_use="sometimes"), before(5, substance_use="frequent"))

        assert built.out_of_range == ()
        assert shown(built, "substance_use") == "frequent"

    @given(
        st.permutations(
            [before(30, what_happened=["threat"]), before(90, strengths=["debt"]), before(20, often_absent=True)]
        )
    )
    def test_count_the_same_in_any_order(self, earlier: list[EarlierReferral]) -> None:
        ordered = sorted(earlier, key=lambda referral: referral.received_on)

        assert vector({"age": 15}, *earlier) == vector({"age": 15}, *ordered)


class TestASnapshot:
    def test_gives_the_same_vector_again(self) -> None:
        built = vector(
            {"age": 15, "injury": "minor", "weapon_found_by_police_on": "2025-12-24"},
            before(77, what_happened=["threat"], education_status="suspended"),
        )

        again = snapshot.from_json(snapshot.to_json(built))

        assert snapshot.to_json(again) == snapshot.to_json(built)
        assert snapshot.digest(again) == snapshot.digest(built)
        assert [repr(number) for number in again.values] == [repr(number) for number in built.values]

    def test_has_another_digest_for_another_vector(self) -> None:
        digests = {snapshot.digest(vector({"age": age})) for age in range(10, 26)}

        assert len(digests) == 16
