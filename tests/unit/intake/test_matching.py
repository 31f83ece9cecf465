"""When two referrals are about one person."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.contracts.codes import AgeBasis
from services.intake.domain.age import Age, years_old
from services.intake.domain.content import YoungPerson
from services.intake.domain.known import Identifier, Known, known_of, search_keys
from services.intake.domain.matching import Verdict, compare
from services.intake.domain.names import folded
from tests.factories.identities import ONE_PERSON
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
    age = Age(years=years, basis=AgeBasis.ESTIMATED if born is None else AgeBasis.DATE_OF_BIRTH)
    return known_of(YoungPerson(**who), age=age, at=NOW, test_numbers=True)  # type: ignore[arg-type]


def is_found(one: Known, other: Known) -> bool:
    """Whether who looks for the one gets the other from the index (`People.sharing`)."""
    shared = set(search_keys(one, KEY)) & set(search_keys(other, KEY))
    identifiers = {key.identifier for key in shared}
    return any(key.is_whole and (key.is_sufficient or len(identifiers) > 1) for key in shared)


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

    described = st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from([who["name"] for _, *pair in ONE_PERSON for who in pair if "name" in who]),
            "other_names": st.sampled_from(["Tiny", "Adam Lewis, Ads", "also known as Mo"]),
            "date_of_birth": st.sampled_from(
                [BORN, date(2011, 3, 28), date(2010, 3, 4), date(2010, 4, 3), date(2010, 1, 1)]
            ),
            "postcode": st.sampled_from(["M1 1AE", "SW1A 1AA"]),
            "phone": st.sampled_from(["+447700900982", "+447700900001"]),
            "nhs_number": st.sampled_from(["9990000018", "9990000026"]),
        },
    )

    @settings(max_examples=400)
    @given(described, described)
    def test_finds_in_the_index_whatever_it_does_not_call_unrelated(
        self, one: dict[str, object], other: dict[str, object]
    ) -> None:
        if verdict(one, other) is not Verdict.UNRELATED:
            assert is_found(known(**one), known(**other))
            assert is_found(known(**other), known(**one))


class TestOneLetterWrong:
    words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9).filter(lambda word: len(set(word)) > 1)

    @settings(max_examples=200)
    @given(st.lists(words, min_size=1, max_size=3), st.data())
    def test_in_any_name_is_still_a_possible_match_with_the_date_of_birth(
        self, name: list[str], data: st.DataObject
    ) -> None:
        which = data.draw(st.integers(0, len(name) - 1))
        place = data.draw(st.integers(0, len(name[which]) - 1))
        letter = data.draw(st.sampled_from(["", "q", name[which][place] * 2]))
        wrong = [*name]
        wrong[which] = name[which][:place] + letter + name[which][place + 1 :]
        one, other = known(name=" ".join(name), date_of_birth=BORN), known(name=" ".join(wrong), date_of_birth=BORN)
        assume(all(len(visible_to.names.all) == 1 and visible_to.names.all[0].is_whole for visible_to in (one, other)))
        assume(all(len(word) > 2 for word in other.names.all[0].words))

        assert compare(one, other).verdict is Verdict.POSSIBLE or " ".join(name) == " ".join(wrong)
        assert is_found(one, other)


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Zoë", "Zoe\u0308"), ("ZOË", "zoë"), ("O’Neill", "O'Neill"), ("O’Neill", "ONeill"), ("Łukasz", "Lukasz"),
            ("Straße", "STRASSE"), ("Zoë", "Zoe"), ("Ｅｌｌａ", "Ella"), ("نرگس\u200c", "نرگس"), ("Ro\u200bwan", "Rowan"),
        ],
    )  # fmt: skip
    def test_written_differently_are_the_same(self, one: str, other: str) -> None:
        assert folded(one) == folded(other)

    @pytest.mark.parametrize(("one", "other"), [("Аdam", "Adam"), ("李", "张"), ("कुमार", "कमार"), ("はな", "ばな")])
    def test_that_are_different_stay_different(self, one: str, other: str) -> None:
        assert folded(one) != folded(other)

    @given(st.text(max_size=40))
    def test_in_their_one_form_stay_in_it(self, name: str) -> None:
        assert folded(folded(name)) == folded(name)


class TestSearchKeys:
    def test_do_not_hold_the_value_and_need_the_key(self) -> None:
        who = known(nhs_number="9990000018")
        (one,), (other,) = search_keys(who, KEY), search_keys(who, b"another")

        assert one.digest != other.digest
        assert "9990000018" not in one.digest
        assert len(one.digest) == 64

    def test_of_one_value_differ_by_kind_so_that_a_phone_is_no_postcode(self) -> None:
        assert search_keys(known(phone="x"), KEY)[0].digest != search_keys(known(postcode="x"), KEY)[0].digest

    def test_are_not_made_of_the_code_that_stands_for_having_no_address(self) -> None:
        assert search_keys(known(postcode="ZZ99 3VZ"), KEY) == []

    def test_are_not_made_of_a_name_that_names_nobody(self) -> None:
        assert search_keys(known(name="Not known"), KEY) == []

    def test_of_two_words_are_few(self) -> None:
        assert len(search_keys(known(name="Aspen Example"), KEY)) == 4


class TestInitials:
    def test_of_a_name_speak_neither_for_one_person_nor_for_two(self) -> None:
        found = compare(known(name="J", **only("nhs_number")), known(name="Jerome Example", **only("nhs_number")))

        assert (found.verdict, found.agreeing, found.contradicting) == (Verdict.POSSIBLE, ("nhs_number",), ())

    def test_that_are_not_of_the_name_speak_for_two(self) -> None:
        assert compare(known(name="J"), known(name="Adam Example")).contradicting == ("name",)


class TestSharedIdentifiers:
    def test_link_nobody(self) -> None:
        agreeing = known(**only("name", "date_of_birth", "postcode"))

        assert compare(agreeing, agreeing).verdict is Verdict.SAME
        assert compare(agreeing, agreeing, shared={Identifier.POSTCODE}).verdict is Verdict.POSSIBLE

    def test_and_weak_ones_beside_nothing_else_are_not_worth_a_look(self) -> None:
        one = known(name="Unknown", date_of_birth=date(2010, 1, 1), postcode="M1 1AE")

        assert compare(one, one, shared={Identifier.POSTCODE}).verdict is Verdict.UNRELATED
        assert compare(one, one).verdict is Verdict.POSSIBLE

    @pytest.mark.parametrize("number", ["9434765919", "4857773456", "9990000018"])
    def test_are_as_weak_as_an_nhs_number_that_is_an_example(self, number: str) -> None:
        who = YoungPerson(nhs_number=number)
        one = known_of(who, age=Age(years=None, basis=AgeBasis.NOT_KNOWN), at=NOW, test_numbers=False)

        assert compare(one, one).verdict is Verdict.POSSIBLE
