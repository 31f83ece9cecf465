"""When two referrals are about one person."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import AgeBasis
from services.intake.domain.age import Age, years_old
from services.intake.domain.content import YoungPerson
from services.intake.domain.matching import Identifier as Kind
from services.intake.domain.matching import Known, Verdict, compare, digest, known_of, normalised_name
from tests.fakes.intake import NOW

KEY = b"a key of the tests"
BORN = date(2011, 3, 27)
ALL = {
    "nhs_number": "9990000018",
    "name": "Aspen Example",
    "date_of_birth": BORN,
    "postcode": "M1 1AE",
    "phone": "+447700900982",
}
OTHER = {
    "nhs_number": "9990000026",
    "name": "Rowan Sample",
    "date_of_birth": date(2008, 1, 2),
    "postcode": "SW1A 1AA",
    "phone": "+447700900001",
}


def known(**who: object) -> Known:
    born, about = who.get("date_of_birth"), who.get("age_about")
    years = years_old(born, NOW.date()) if isinstance(born, date) else about if isinstance(about, int) else None
    age = Age(years=years, basis=AgeBasis.ESTIMATED)
    return known_of(YoungPerson(**who), age=age, at=NOW, key=KEY)  # type: ignore[arg-type]


def verdict(one: dict[str, object], other: dict[str, object]) -> Verdict:
    return compare(known(**one), known(**other)).verdict


def only(*kinds: str, of: dict[str, object] = ALL) -> dict[str, object]:
    return {kind: of[kind] for kind in kinds}


class TestTheSameNhsNumber:
    def test_links_when_nothing_else_is_known(self) -> None:
        assert verdict(only("nhs_number"), only("nhs_number")) is Verdict.SAME

    def test_links_when_name_and_date_of_birth_agree(self) -> None:
        assert verdict(ALL, only("nhs_number", "name", "date_of_birth")) is Verdict.SAME

    def test_links_though_postcode_and_phone_differ_since_people_move(self) -> None:
        assert verdict(ALL, ALL | only("postcode", "phone", of=OTHER)) is Verdict.SAME

    @pytest.mark.parametrize("kind", ["name", "date_of_birth"])
    def test_is_only_a_possible_match_when_contradicted(self, kind: str) -> None:
        assert verdict(ALL, ALL | only(kind, of=OTHER)) is Verdict.POSSIBLE

    def test_is_only_a_possible_match_when_the_ages_are_years_apart(self) -> None:
        ages = compare(known(nhs_number="9990000018", age_about=15), known(nhs_number="9990000018", age_about=21))

        assert ages.verdict is Verdict.POSSIBLE
        assert ages.contradicting == ("age",)

    def test_about_15_does_not_contradict_a_date_of_birth_near_it(self) -> None:
        assert verdict(only("nhs_number", "date_of_birth"), only("nhs_number") | {"age_about": 16}) is Verdict.SAME


class TestNameAndDateOfBirthAndPostcode:
    def test_agreeing_exactly_link(self) -> None:
        assert verdict(only("name", "date_of_birth", "postcode"), ALL) is Verdict.SAME

    def test_are_only_a_possible_match_when_the_nhs_numbers_differ(self) -> None:
        assert verdict(ALL, ALL | only("nhs_number", of=OTHER)) is Verdict.POSSIBLE

    @pytest.mark.parametrize("pair", list(combinations(["name", "date_of_birth", "postcode", "phone"], 2)))
    def test_two_agreeing_are_a_possible_match(self, pair: tuple[str, str]) -> None:
        assert verdict(OTHER | only(*pair), ALL) is Verdict.POSSIBLE

    @pytest.mark.parametrize("kind", ["name", "date_of_birth", "postcode", "phone"])
    def test_one_agreeing_is_nothing(self, kind: str) -> None:
        assert verdict(OTHER | only(kind), ALL) is Verdict.UNRELATED


class TestComparing:
    people = st.dictionaries(st.sampled_from(sorted(ALL)), st.sampled_from([ALL, OTHER])).map(
        lambda chosen: {kind: source[kind] for kind, source in chosen.items()}
    )

    @given(people, people)
    def test_does_not_depend_on_which_comes_first(self, one: dict[str, object], other: dict[str, object]) -> None:
        assert verdict(one, other) is verdict(other, one)

    @given(people, people)
    def test_never_links_against_a_name_or_date_of_birth_or_number_that_differs(
        self, one: dict[str, object], other: dict[str, object]
    ) -> None:
        found = compare(known(**one), known(**other))

        if found.verdict is Verdict.SAME:
            assert not {"name", "date_of_birth", "age", "nhs_number"} & set(found.contradicting)

    @given(people, people)
    def test_needs_a_number_or_two_agreeing_to_wonder(self, one: dict[str, object], other: dict[str, object]) -> None:
        found = compare(known(**one), known(**other))

        if found.verdict is not Verdict.UNRELATED:
            assert "nhs_number" in found.agreeing or len(found.agreeing) >= 2


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Zoë", "Zoe\u0308"), ("ZOË", "zoë"), ("O’Neill", "O'Neill"), ("Anna  Maria", "anna maria"),
            ("Straße", "STRASSE"), ("Anne‑Marie", "Anne-Marie"),
        ],
    )  # fmt: skip
    def test_written_differently_are_the_same(self, one: str, other: str) -> None:
        assert normalised_name(one) == normalised_name(other)

    @pytest.mark.parametrize(("one", "other"), [("Łukasz", "Lukasz"), ("Аdam", "Adam"), ("李", "张")])
    def test_that_are_different_stay_different(self, one: str, other: str) -> None:
        assert normalised_name(one) != normalised_name(other)

    @given(st.text(max_size=40))
    def test_in_their_one_form_stay_in_it(self, name: str) -> None:
        assert normalised_name(normalised_name(name)) == normalised_name(name)


class TestDigests:
    def test_do_not_hold_the_value_and_need_the_key(self) -> None:
        one, other = digest(Kind.NHS_NUMBER, "9990000018", KEY), digest(Kind.NHS_NUMBER, "9990000018", b"another")

        assert one != other
        assert "9990000018" not in one
        assert len(one) == 64

    def test_of_one_value_differ_by_kind_so_that_a_phone_is_no_name(self) -> None:
        assert digest(Kind.NAME, "x", KEY) != digest(Kind.PHONE, "x", KEY)

    def test_are_not_made_of_the_code_that_stands_for_having_no_address(self) -> None:
        assert known(postcode="ZZ99 3VZ").digests == {}
