"""A form counts only from a page that this browser was given by us."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.platform.web import csrf
from tests.web_app import FakeIdentities, an_app


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def token(browser_of_navigator: FlaskClient) -> str:
    return token_in(browser_of_navigator.get("/toy/thing").text)


class TestCsrf:
    def test_lets_our_own_form_through(self, browser_of_navigator: FlaskClient, token: str) -> None:
        headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

        answer = browser_of_navigator.post("/toy/thing", data={"csrf_token": token, "name": "Sam"}, headers=headers)

        assert answer.status_code == 200

    @pytest.mark.parametrize("sent", ["", "0" * 64, "é"])
    def test_refuses_a_wrong_token(self, browser_of_navigator: FlaskClient, sent: str) -> None:
        assert browser_of_navigator.post("/toy/thing", data={"csrf_token": sent, "name": "Sam"}).status_code == 403

    def test_refuses_another_sessions_token(self, app: Flask, token: str, identities: FakeIdentities) -> None:
        identities.sessions["other"] = identities.sessions["good"]
        client = app.test_client()
        client.set_cookie("waymark_session", "other")

        assert client.post("/toy/thing", data={"csrf_token": token, "name": "Sam"}).status_code == 403

    @pytest.mark.parametrize(
        "origin",
        ["null", "https://evil.example", "http://localhost.evil.example", "http://localhost:1", "http://user@localhost",
         "", "http://[x]", "http://[::1", "http://a]b"],
    )  # fmt: skip
    def test_refuses_another_sites_form(self, browser_of_navigator: FlaskClient, token: str, origin: str) -> None:
        answer = browser_of_navigator.post(
            "/toy/thing", data={"csrf_token": token, "name": "Sam"}, headers={"Origin": origin}
        )

        assert answer.status_code == 403

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_believes_the_browser(self, browser_of_navigator: FlaskClient, token: str, site: str) -> None:
        answer = browser_of_navigator.post(
            "/toy/thing", data={"csrf_token": token, "name": "Sam"}, headers={"Sec-Fetch-Site": site}
        )

        assert answer.status_code == 403

    def test_refuses_json_in_a_form_of_text(self, browser_of_navigator: FlaskClient) -> None:
        answer = browser_of_navigator.post("/toy/api/v1/things", data='{"name":"Sam"}', content_type="text/plain")

        assert answer.status_code == 403

    def test_asks_it_of_an_operation_called_with_the_cookie(
        self, browser_of_navigator: FlaskClient, token: str
    ) -> None:
        key = {"Idempotency-Key": "one"}

        without = browser_of_navigator.post("/toy/api/v1/things", json={"name": "Sam"}, headers=key)
        with_it = browser_of_navigator.post(
            "/toy/api/v1/things", json={"name": "Sam"}, headers=key | {csrf.HEADER: token}
        )

        assert (without.status_code, with_it.status_code) == (403, 202)

    def test_asks_nothing_of_a_bearer(self, client: FlaskClient) -> None:
        headers = {"Authorization": "Bearer good", "Idempotency-Key": "one"}

        assert client.post("/toy/api/v1/things", json={"name": "Sam"}, headers=headers).status_code == 202


class TestCookies:
    def test_over_https_are_bound_to_the_host(self, tmp_path: Path, identities: FakeIdentities) -> None:
        app = an_app(f"sqlite:///{tmp_path / 'https.sqlite'}", identities, https=True)
        client = app.test_client()

        with app.test_request_context("/toy/thing", base_url="https://localhost"):
            csrf.token()
            cookie = csrf.set_cookie(app.make_response("")).headers["Set-Cookie"]
        answer = client.get("/toy/health/live", base_url="https://localhost")

        assert cookie.startswith("__Host-waymark_before_sign_in=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "max-age" in answer.headers["Strict-Transport-Security"]
