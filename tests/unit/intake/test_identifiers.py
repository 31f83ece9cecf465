"""NHS numbers, postcodes, telephone numbers and references."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.nhs_number import NotAnNhsNumber, nhs_number
from services.intake.domain.phone import NotAPhoneNumber, phone
from services.intake.domain.postcode import NotAPostcode, PostcodeElsewhere, postcode
from services.intake.domain.reference import LETTERS, new_reference

PASTED = (
    "94347 65919 ", " 9434765919\n", "943  476 5919", "\u00a0943\u00a0476\u00a05919", "943\u2013476\u20135919",
    "\u202a943 476 5919\u202c", "943\u200b476\u00ad5919\ufeff", "943 – 476 – 5919",
)  # fmt: skip
TEST_RANGE = ("9990000018", "9990000026", "9990000034", "9990000042")


class TestNhsNumber:
    @pytest.mark.parametrize("typed", ["943 476 5919", "943-476-5919", "9434765919", *PASTED])
    def test_is_kept_as_ten_digits(self, typed: str) -> None:
        assert nhs_number(typed) == "9434765919"

    @pytest.mark.parametrize(
        "typed",
        [
            "9434765918", "943476591", "94347659190", "943_476_5919", "943\n5919", "٩٤٣٤٧٦٥٩١٩", "943476591²", "",
            "abcdefghij",
        ],
    )  # fmt: skip
    def test_that_nobody_can_have_is_refused(self, typed: str) -> None:
        with pytest.raises(NotAnNhsNumber):
            nhs_number(typed, test_numbers=True)

    @pytest.mark.parametrize("digit", "0123456789")
    def test_of_one_repeated_digit_is_refused_though_its_check_digit_is_right(self, digit: str) -> None:
        with pytest.raises(NotAnNhsNumber):
            nhs_number(digit * 10, test_numbers=True)

    @pytest.mark.parametrize("typed", TEST_RANGE)
    def test_of_the_test_range_is_good_only_where_people_are_invented(self, typed: str) -> None:
        assert nhs_number(typed, test_numbers=True) == typed
        with pytest.raises(NotAnNhsNumber):
            nhs_number(typed)

    @given(st.integers(0, 9), st.integers(0, 9))
    def test_with_one_digit_changed_is_refused(self, place: int, digit: int) -> None:
        good = "9434765919"
        changed = good[:place] + str(digit) + good[place + 1 :]

        if changed != good:
            with pytest.raises(NotAnNhsNumber):
                nhs_number(changed)

    @given(st.text(max_size=30))
    def test_any_text_is_taken_or_refused_and_never_breaks(self, text: str) -> None:
        with contextlib.suppress(NotAnNhsNumber):
            assert nhs_number(text, test_numbers=True).isascii()


class TestPostcode:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("SW1A 1AA", "SW1A 1AA"), ("sw1a1aa", "SW1A 1AA"), ("EC1A 1BB", "EC1A 1BB"), ("M1 1AE", "M1 1AE"),
            ("B33 8TH", "B33 8TH"), ("CR2 6XH", "CR2 6XH"), ("DN55 1PT", "DN55 1PT"), ("GIR 0AA", "GIR 0AA"),
            ("ZZ99 3VZ", "ZZ99 3VZ"), ("zz993vz", "ZZ99 3VZ"), (" cf10 1ep ", "CF10 1EP"),
            ("\u00a0SW1A\u00a01AA\u200b", "SW1A 1AA"), ("SW1A\u20131AA", "SW1A 1AA"), ("SW1A-1AA", "SW1A 1AA"),
        ],
    )  # fmt: skip
    def test_is_kept_as_it_is_written(self, typed: str, kept: str) -> None:
        assert postcode(typed) == kept

    @pytest.mark.parametrize("typed", ["SW1A 1A", "QQ1 1AA", "SW1A", "1AA SW1A", "ＳＷ1A 1AA", "M1 1A0", "M1 1CE"])
    def test_that_is_none_is_refused(self, typed: str) -> None:
        with pytest.raises(NotAPostcode):
            postcode(typed)

    @pytest.mark.parametrize("typed", ["BT1 1AA", "EH1 1AA", "JE2 3AB", "BFPO 57", "IM1 1AA"])
    def test_of_elsewhere_says_where_to_go(self, typed: str) -> None:
        with pytest.raises(PostcodeElsewhere, match="where they live"):
            postcode(typed)

    def test_of_a_hundred_thousand_characters_is_refused_without_reading_them(self) -> None:
        with pytest.raises(NotAPostcode):
            postcode("A" * 100_000)


class TestPhone:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("07700 900982", "+447700900982"), ("+44 7700 900982", "+447700900982"),
            ("+44 (0)7700 900982", "+447700900982"), ("0044 7700 900982", "+447700900982"),
            ("01632 960101", "+441632960101"), ("+48 601 234 567", "+48601234567"),
            ("\u202a07700\u00a0900\u2013982\u202c", "+447700900982"), ("07700\u200b900\u2011982", "+447700900982"),
        ],
    )  # fmt: skip
    def test_is_kept_as_it_is_dialled_from_anywhere(self, typed: str, kept: str) -> None:
        assert phone(typed) == kept

    @pytest.mark.parametrize(
        "typed", ["call mum", "0" * 50, "+44", "12345", "٠٧٧٠٠٩٠٠٩٨٢", "07700\nBcc:x", "+0123456789"]
    )
    def test_that_is_none_is_refused(self, typed: str) -> None:
        with pytest.raises(NotAPhoneNumber):
            phone(typed)


class TestReference:
    def test_holds_nothing_that_looks_like_another(self) -> None:
        assert not set(LETTERS) & set("0O1IL5SB")

    def test_is_short_and_begins_with_r(self) -> None:
        reference = new_reference(random.Random(1).choice)  # noqa: S311

        assert len(reference) == 8
        assert reference.startswith("R-")
        assert set(reference[2:]) <= set(LETTERS)
