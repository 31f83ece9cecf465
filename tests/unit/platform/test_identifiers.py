"""What is pasted along with a number is cleaned; initials are letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platform.identifiers import plain_characters
from services.platform.initials import initials


@pytest.mark.parametrize(
    "pasted",
    [
        "\u00a0943 476\u00a05919", "943\u2009476\u202f5919", "943\u2013476\u20115919", "943\u2212476\u20145919",
        "\u202a943 476 5919\u202c", "943\u200b 476 5919\ufeff", "943\u00ad 476\u2060 5919\t", "943 476 5919\ufe0f",
    ],
)  # fmt: skip
def test_spaces_dashes_and_what_cannot_be_seen_are_cleaned(pasted: str) -> None:
    assert plain_characters(pasted).replace("-", " ") == "943 476 5919"


@given(st.text())
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    clean = plain_characters(text)

    assert plain_characters(clean) == clean
    assert clean == clean.strip()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Kofi Antwi", "K.A."), ("Kofi", "K."), ("(Kofi) 'Antwi", "K.A."), ("Kofi -", "K."), ("- ?", "–"), ("…", "–"),
        ("", "–"), (None, "–"), ("Kofi\u00a0Antwi", "K.A."), ("2Pac Shakur", "2.S."), ("李 明", "李.明."),
        ("Kofi “Kay” Antwi (twin)", "K.T."),
    ],
)  # fmt: skip
def test_initials_are_never_punctuation(name: str | None, short: str) -> None:
    assert initials(name) == short
