"""Every view says who may use it, and nobody else gets past the door."""

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from services.contracts.codes import Role
from services.platform.web import access
from tests.web_app import FakeIdentities, an_app

BEARER = {"Authorization": "Bearer good"}


class TestAccess:
    def test_every_view_of_the_app_declares_it(self, app: Flask) -> None:
        assert access.undeclared(app) == []

    def test_a_view_without_a_declaration_is_found_and_answers_500(self) -> None:
        forgetful = Blueprint("forgetful", __name__, url_prefix="/toy")
        forgetful.add_url_rule("/open", view_func=lambda: "secret")

        app = an_app("sqlite://", FakeIdentities(), extra=forgetful)

        assert access.undeclared(app) == ["GET /toy/open"]
        answer = app.test_client().get("/toy/open")
        assert answer.status_code == 500
        assert "secret" not in answer.text

    def test_a_class_declares_it_for_each_method(self) -> None:
        class Things(MethodView):
            @access.public
            def get(self) -> str:
                return "seen"

            def post(self) -> str:
                return "done"

        pages = Blueprint("classes", __name__, url_prefix="/toy")
        pages.add_url_rule("/class", view_func=Things.as_view("class"))

        app = an_app("sqlite://", FakeIdentities(), extra=pages)

        assert access.undeclared(app) == ["POST /toy/class"]
        assert app.test_client().get("/toy/class").text == "seen"

    def test_a_second_declaration_is_refused(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            access.public(access.signed_in(lambda: ""))

    def test_a_person_without_a_session_is_led_to_sign_in_and_back(self, client: FlaskClient) -> None:
        answer = client.get("/toy/thing?a=b")

        assert answer.status_code == 303
        assert answer.location == "/accounts/sign-in?next=%2Ftoy%2Fthing%3Fa%3Db"

    def test_a_form_without_a_session_is_told_401(self, client: FlaskClient) -> None:
        answer = client.post("/toy/thing", data={"name": "Sam"})

        assert answer.status_code == 401
        assert "Sign in" in answer.text

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "Basic Z29vZA=="},
                                         {"Authorization": "Bearer "}, {"Authorization": "Bearer " + "x" * 10_000}])  # fmt: skip
    def test_a_program_without_a_good_token_is_told_401(self, client: FlaskClient, headers: dict[str, str]) -> None:
        answer = client.post("/toy/api/v1/things", json={"name": "Sam"}, headers=headers)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"

    def test_a_token_is_taken_instead_of_the_cookie(self, browser_of_navigator: FlaskClient) -> None:
        answer = browser_of_navigator.get("/toy/api/v1/things", headers={"Authorization": "Bearer other"})

        assert answer.status_code == 401

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
    def test_asking_about_a_page_needs_the_same_right(self, client: FlaskClient, method: str) -> None:
        assert client.open("/toy/hidden/4f0f8a4e-9a3f-4a60-9bd5-1d7b0e1f7d11", method=method).status_code == 401

    def test_another_role_is_told_403_before_its_body_is_read(self, client: FlaskClient) -> None:
        answer = client.post("/toy/api/v1/things", data=b"{", headers={"Authorization": "Bearer reviewer"})

        assert answer.status_code == 403
        assert answer.get_json()["type"] == "urn:waymark:problem:not-your-role"

    def test_names_at_least_one_role(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            access.requires()

    def test_roles_are_those_named(self) -> None:
        @access.requires(Role.REVIEWER, Role.TEAM_MANAGER)
        def view() -> str:
            return ""

        app = Flask("one")
        app.add_url_rule("/", view_func=view)

        rule = access.rule_of(app, "view", "GET")
        assert rule is not None
        assert rule.roles == {Role.REVIEWER, Role.TEAM_MANAGER}
