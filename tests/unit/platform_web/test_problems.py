"""Every refusal has one form for programs and one for people, and repeats nothing of what was sent."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from services.platform.web.problems import field_errors

BEARER = {"Authorization": "Bearer good"}
SENDING = BEARER | {"Idempotency-Key": "one"}
THINGS = "/toy/api/v1/things"


class TestProblem:
    def test_has_the_members_of_rfc_9457(self, client: FlaskClient) -> None:
        answer = client.post(THINGS, json={"name": "", "age": "canary", "canary": 1, "score": 2}, headers=SENDING)

        problem = answer.get_json()
        assert answer.status_code == problem["status"] == 422
        assert answer.mimetype == "application/problem+json"
        assert problem["type"] == "urn:waymark:problem:invalid"
        assert UUID(problem["instance"].removeprefix("urn:uuid:")).version == 4
        assert {error["pointer"] for error in problem["errors"]} == {"/name", "/age", "", "/score"}
        assert "canary" not in answer.text

    def test_repeats_no_value(self, client: FlaskClient) -> None:
        body = {"name": "canary\u202e", "age": "canary", "codes": ["canary"], "canary of a name": 1}

        answer = client.post(THINGS, json=body, headers=SENDING)

        assert "canary" not in answer.text

    def test_points_into_lists_and_parts(self, client: FlaskClient) -> None:
        body = {"name": "Sam", "about": {"born": "x"}, "rows": [{"kind": "very", "text": "a"}, {"kind": "very"}]}

        answer = client.post(THINGS, json=body, headers=SENDING)

        assert {error["pointer"] for error in answer.get_json()["errors"]} == {"/about/born", "/rows/1/text"}

    def test_of_ours_holds_a_reference_and_nothing_else(self, client: FlaskClient) -> None:
        api, page = client.get("/toy/api/v1/fails"), client.get("/toy/fails")

        assert api.status_code == page.status_code == 500
        assert set(api.get_json()) == {"type", "title", "status", "instance"}
        for answer in (api, page):
            assert "canary" not in answer.text
            assert "ValueError" not in answer.text
            assert "Traceback" not in answer.text

    def test_of_a_person_is_a_page_in_plain_words(self, browser_of_navigator: FlaskClient) -> None:
        answer = browser_of_navigator.get("/toy/refused")

        assert answer.status_code == 403
        assert answer.mimetype == "text/html"
        assert "Plain words." in answer.text
        assert "Signed in as Noor Navigator" in answer.text

    def test_is_the_same_for_what_is_hidden_and_what_is_not_there(self, browser_of_navigator: FlaskClient) -> None:
        hidden, absent = (browser_of_navigator.get(f"/toy/{place}/{uuid4()}") for place in ("hidden", "nowhere"))

        assert hidden.status_code == absent.status_code == 404
        assert _without_reference(hidden.text) == _without_reference(absent.text)

    @pytest.mark.parametrize("language", ["cy", "cy-GB, en;q=0.1", "xx"])
    def test_has_the_same_status_in_another_language(self, client: FlaskClient, language: str) -> None:
        assert client.get("/toy/nowhere", headers={"Accept-Language": language}).status_code == 404


class TestFieldErrors:
    def test_flattens_nested_messages(self) -> None:
        found = field_errors({"a": {"b": {0: ["Wrong"]}}, "_schema": ["Whole"]})

        assert [(error.pointer, error.detail) for error in found] == [("/a/b/0", "Wrong"), ("", "Whole")]

    def test_leaves_out_a_name_that_nobody_would_give_a_field(self) -> None:
        assert field_errors({"Jo Bloggs, 1 High Street": ["This field is not known"]})[0].pointer == ""


def _without_reference(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "Reference for support" not in line)
