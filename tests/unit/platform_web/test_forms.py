"""A form is checked by the API's schema, keeps what was typed, and leads from each error to an input."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from services.contracts.codes import Sureness
from services.platform.errors import Conflict, FieldError, Invalid
from services.platform.ui.forms import Form
from tests.unit.platform_web.test_csrf import token_in
from tests.web_app import ThingSchema


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Any:
    with app.test_request_context("/toy/thing"):
        yield


def received(*typed: tuple[str, str]) -> Form:
    return Form.received(ThingSchema(), MultiDict([("name", "Sam"), *typed]))


class TestForm:
    def test_gives_the_values_that_the_api_would_give(self) -> None:
        form = received(
            ("age", " 15 "), ("told", "yes"), ("codes", "very"), ("codes", "not_sure"), ("about.sure", "very"),
            ("about.born-day", "1"), ("about.born-month", "2"), ("about.born-year", "2011"), ("notes", "a\r\nb"),
        )  # fmt: skip

        assert form.is_valid
        assert form.data == {
            "name": "Sam", "age": 15, "told": True, "codes": [Sureness.VERY, Sureness.NOT_SURE], "rows": [],
            "about": {"sure": Sureness.VERY, "born": date(2011, 2, 1)}, "notes": "a\nb",
        }  # fmt: skip

    def test_takes_what_was_left_blank_for_missing(self) -> None:
        form = received(("age", ""), ("told", ""), ("notes", "  "), ("about.born-day", ""), ("about.born-month", " "))

        assert form.data == {"name": "Sam", "codes": [], "rows": []}

    def test_ignores_what_the_schema_does_not_have(self) -> None:
        assert "score" not in received(("score", "1"), ("csrf_token", "x"), ("about.id", "1")).data

    @pytest.mark.parametrize(
        ("name", "value"), [("age", "１２"), ("age", "1e1"), ("age", "121"), ("told", "maybe"), ("about.sure", "VERY"),
                            ("codes", "other"), ("name", "Sam\u202e")],
    )  # fmt: skip
    def test_refuses_what_the_api_would_refuse(self, name: str, value: str) -> None:
        form = Form.received(ThingSchema(), MultiDict([("name", "Sam")] if name != "name" else []) | {name: value})

        assert not form.is_valid
        assert form.status == 422
        assert form.error(name)
        assert value not in str(form.summary)

    @pytest.mark.parametrize(
        ("day", "fault"),
        [
            (("31", "2", "2011"), "Born must be a real date"), (("1", "", ""), "Born must include a month and year"),
            (("x", "1", "2011"), "Born must be a real date"),
            (("1", "1", "11"), "Born must have a year from 1900 to 2099"),
        ],
    )  # fmt: skip
    def test_leads_from_a_wrong_date_to_its_first_input(self, day: tuple[str, str, str], fault: str) -> None:
        parts = zip(("day", "month", "year"), day, strict=True)

        form = received(*((f"about.born-{part}", typed) for part, typed in parts))

        assert form.summary == [{"text": fault, "href": "#about-born-day"}]
        assert form.value("about.born-day") == day[0]

    def test_lists_faults_in_the_order_of_the_page(self) -> None:
        form = Form.received(ThingSchema(), MultiDict({"age": "x", "about.sure": "x", "notes": "x" * 201}))

        assert [item["href"] for item in form.summary] == ["#name", "#age", "#notes", "#about-sure"]

    def test_leads_from_a_row_to_its_own_input_though_a_row_before_it_was_empty(self) -> None:
        form = received(("rows.0.kind", ""), ("rows.0.text", ""), ("rows.2.kind", "very"), ("rows.2.text", ""))

        assert form.summary == [{"text": "Enter the text of this row", "href": "#rows-2-text"}]
        assert form.error("rows.2.text") == "Enter the text of this row"

    def test_shows_a_rule_broken_at_its_field(self) -> None:
        form = received()

        form.reject(Invalid(errors=[FieldError("/about/born", "Enter an earlier date")]))

        assert form.summary == [{"text": "Enter an earlier date", "href": "#about-born-day"}]

    def test_shows_a_rule_broken_that_names_no_field_at_the_top(self) -> None:
        form = received()

        form.reject(Conflict("Somebody decided this."))

        assert form.summary == [{"text": "Somebody decided this."}]

    def test_is_filled_from_values(self) -> None:
        values = {"name": "Sam", "age": 15, "told": False, "codes": [Sureness.VERY], "rows": [{"text": "a"}],
                  "about": {"born": date(2011, 2, 1), "sure": None}}  # fmt: skip

        form = Form(ThingSchema(), values)

        assert form.value("about.born-year") == "2011"
        assert form.value("told") == "no"
        assert form.value("rows.0.text") == "a"
        assert form.chosen("codes", "very")
        assert not form.has_errors
        assert form.summary == []


class TestPage:
    def test_of_a_wrong_form_links_every_error_to_an_input_that_is_there(
        self, browser_of_navigator: FlaskClient
    ) -> None:
        token = token_in(browser_of_navigator.get("/toy/thing").text)
        typed = {
            "csrf_token": token,
            "age": "x",
            "about.sure": "x",
            "codes": "x",
            "about.born-day": "45",
            "notes": "<b>",
        }

        answer = browser_of_navigator.post("/toy/thing", data=typed)

        assert answer.status_code == 422
        assert "<title>Error: Thing" in answer.text
        links = re.findall(r'<a href="#([^"]+)">', answer.text.partition("govuk-error-summary")[2])
        assert links[:-1] or links
        for link in (link for link in links if link != "main-content"):
            assert re.search(rf'<(input|textarea)[^>]* id="{link}"', answer.text), link
        assert 'value="45"' in answer.text
        assert "&lt;b&gt;" in answer.text

    def test_of_a_right_form_has_no_error_in_its_title(self, browser_of_navigator: FlaskClient) -> None:
        assert "<title>Thing" in browser_of_navigator.get("/toy/thing").text

    def test_holds_no_style_or_script_of_its_own(self, browser_of_navigator: FlaskClient) -> None:
        page = browser_of_navigator.get("/toy/thing").text

        assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=|\sstyle=", page)

    def test_says_who_is_signed_in_and_signs_out_by_a_form(self, browser_of_navigator: FlaskClient) -> None:
        page = browser_of_navigator.get("/toy/thing").text

        assert "Signed in as Noor Navigator, Anytown General Hospital" in page
        assert re.search(
            r'<form[^>]* method="post" action="/accounts/sign-out">\s*<input type="hidden" name="csrf_token"', page
        )
