"""Telephone numbers on pages: as a person in the United Kingdom dials them."""

import pytest

from services.intake.domain.phone import phone
from services.platform.ui.phones import dialled


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+447700900123", "07700 900123"),
        ("+442079460123", "020 7946 0123"),
        ("+441164960123", "0116 496 0123"),
        ("+441614960123", "0161 496 0123"),
        ("+441632960123", "01632 960123"),
        ("+44163296012", "01632 96012"),
        ("+443069990123", "0306 999 0123"),
        ("+448081570192", "0808 157 0192"),
        ("+44800001066", "0800 001066"),
    ],
)
def test_a_number_of_the_united_kingdom_is_shown_as_it_is_dialled(number: str, shown: str) -> None:
    assert dialled(number) == shown
    assert phone(shown) == number


@pytest.mark.parametrize("other", ["+33199001234", "call mum", "+44", "07700 900123", ""])
def test_any_other_text_is_shown_as_it_is(other: str) -> None:
    assert dialled(other) == other
