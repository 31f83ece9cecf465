"""What a field refuses, and that names come through as they were written."""

import unicodedata
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from services.accounts.audit_pages import SearchForm
from tests.web_app import ThingSchema


def faults(**body: Any) -> dict[str, Any]:
    """The messages for a body with a name and this."""
    try:
        ThingSchema().load({"name": "Sam", **body})
    except ValidationError as error:
        return error.messages_dict
    return {}


class TestPersonName:
    @pytest.mark.parametrize(
        "name",
        ["O’Neill", "Nguyễn", "Łukasz", "Zoë", "李", "محمد", "A", "x" * 100, "Anne-Marie Smith", "Null", "True", "N/A",
         "Аdam", "نازنین\N{ZERO WIDTH NON-JOINER}زهرا"],
    )  # fmt: skip
    def test_takes_a_name_as_it_is_written(self, name: str) -> None:
        assert ThingSchema().load({"name": name})["name"] == unicodedata.normalize("NFC", name)

    def test_takes_two_ways_of_writing_a_letter_as_one(self) -> None:
        written = [ThingSchema().load({"name": unicodedata.normalize(form, "Zoë")})["name"] for form in ("NFC", "NFD")]

        assert written[0] == written[1]

    @pytest.mark.parametrize("name", ["Sam\u202e", "Sam\u2066x", "S\u200bam", "Z" + "\u0300" * 50, "x" * 101, "a\nb"])
    def test_refuses_what_hides_turns_or_stacks(self, name: str) -> None:
        assert "name" in faults(name=name)

    @pytest.mark.parametrize("name", ["S\u200dam", "Sam\u200c", "Sam\u2028x", "\u200dنرگس"])
    def test_refuses_joiners_and_line_breaks_that_no_writing_needs_there(self, name: str) -> None:
        assert "name" in faults(name=name)

    @pytest.mark.parametrize("name", ["نرگس\u200cبانو", "क\u094d\u200dष"])
    def test_takes_joiners_where_a_script_needs_them(self, name: str) -> None:
        assert not faults(name=name)

    @pytest.mark.parametrize("name", ["", "   ", "\u00a0", "\u200b", "\u200d", None])
    def test_takes_what_cannot_be_seen_for_missing(self, name: str | None) -> None:
        assert faults(name=name) == {"name": ["Enter a name"]}


class TestStrictFields:
    @pytest.mark.parametrize("age", ["12", True, 12.0, 12.5, -1, 121, None, [12]])
    def test_refuse_what_is_no_whole_number_in_range(self, age: object) -> None:
        assert "age" in faults(age=age)

    @pytest.mark.parametrize("told", [1, 0, "true", "yes", None])
    def test_refuse_what_is_not_true_or_false(self, told: object) -> None:
        assert "told" in faults(told=told)

    @pytest.mark.parametrize("notes", [1, ["a"], {"a": 1}, "x" * 201, "a\u0000", "\ud800"])
    def test_refuse_what_is_no_text(self, notes: object) -> None:
        assert "notes" in faults(notes=notes)

    @pytest.mark.parametrize(
        "day",
        ["20110131", "2011-W05-1", "31/01/2011", "1/2/11", "2011-13-01", "0000-00-00", "2011-02-29", "1300000000",
         1300000000, "0001-01-01", "9999-12-31", "2011-01-31T00:00:00", "2011-01-31\n", "٢٠١١-٠١-٣١"],
    )  # fmt: skip
    def test_refuse_what_is_no_date_of_ours(self, day: object) -> None:
        [fault] = faults(about={"born": day})["about"]["born"]
        assert "must be a real date" in fault or "must have a year from 1900 to 2099" in fault

    @pytest.mark.parametrize("code", ["Very", "VERY", "certain", 1, None, ["very"]])
    def test_refuse_a_code_not_listed(self, code: object) -> None:
        assert "about" in faults(about={"sure": code})

    def test_refuse_too_long_a_list_and_an_item_twice(self) -> None:
        assert "codes" in faults(codes=["very"] * 10_001)
        assert "codes" in faults(codes=["very", "very"])
        assert "codes" in faults(codes="very")

    def test_trim_and_keep_lines_apart(self) -> None:
        assert ThingSchema().load({"name": " Sam ", "notes": " a\r\nb "}) == {"name": "Sam", "notes": "a\nb"}


def test_an_id_searched_for_is_cleaned_of_what_is_pasted_with_it() -> None:
    assert SearchForm().load({"about": "\u00a0R\u20117Q2M9K\u200b"})["about"] == "R-7Q2M9K"


class TestStrictSchema:
    @pytest.mark.parametrize("key", ["__proto__", "__class__", "constructor", "Name"])
    def test_refuses_what_it_does_not_know(self, key: str) -> None:
        assert faults(**{key: "x"}) == {key: ["This field is not known"]}

    def test_says_what_cannot_be_set(self) -> None:
        assert faults(score=1) == {"score": ["This field cannot be set"]}

    def test_refuses_a_part_that_is_no_object(self) -> None:
        assert "about" in faults(about="x")

    def test_echoes_nothing(self) -> None:
        said = str(faults(age="canary", notes=["canary"], codes=["canary"], about={"born": "canary", "sure": "canary"}))

        assert "canary" not in said


def test_every_field_says_its_limits_to_the_description() -> None:
    described = {name: dict(field.metadata) for name, field in ThingSchema().fields.items() if field.metadata}

    assert described["name"] == {"maxLength": 100, "minLength": 1}
    assert described["age"] == {"minimum": 0, "maximum": 120}
    assert isinstance(ThingSchema().fields["about"], fields.Nested)
