"""The client of introspection, against whatever may answer it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Blueprint, Response, jsonify
from flask.testing import FlaskClient

from services.contracts.codes import Role
from services.platform.auth import claims, introspection
from services.platform.auth.identity import Identity
from services.platform.auth.introspection import IdentityUnavailable, IntrospectedIdentities, IntrospectionSettings
from services.platform.settings import SettingsError
from services.platform.web import access
from tests.http_server import serving
from tests.web_app import FakeIdentities, an_app, an_identity

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
KEY = "k" * claims.MIN_KEY
IDENTITY = replace(an_identity(Role.REVIEWER), scopes=frozenset({"casework:read", "intake:read"}))
GOOD = claims.write(IDENTITY, kind=claims.BEARER, expires_at=NOW + timedelta(hours=1))

Ask = Callable[..., IntrospectedIdentities]


@pytest.fixture
def asking() -> Iterator[Ask]:
    """`asking(app)` is a client that asks this app in the place of accounts."""
    with ExitStack() as stack:

        def client(app: Any) -> IntrospectedIdentities:
            settings = IntrospectionSettings(address=stack.enter_context(serving(app)), service="intake", key=KEY)
            return IntrospectedIdentities(settings, clock=lambda: NOW)

        yield client


def said(answer: Mapping[str, Any]) -> Response:
    return Response(json.dumps(answer))


def ask(client: IntrospectedIdentities, token: str = "anything") -> Identity | None:
    return client.identify(session=None, bearer=token)


class TestAnAnswer:
    def test_is_read_as_it_is_written(self, asking: Ask) -> None:
        assert ask(asking(said(GOOD))) == IDENTITY

    def test_with_a_role_of_a_later_release_gives_no_right_by_it(self, asking: Ask) -> None:
        assert ask(asking(said({**GOOD, "roles": ["reviewer", "inspector"]}))) == IDENTITY

    def test_about_a_secret_of_the_other_kind_is_nobodys(self, asking: Ask) -> None:
        assert ask(asking(said({**GOOD, "token_type": "session"}))) is None

    @pytest.mark.parametrize(
        "answer",
        [
            Response(""),
            Response("[]"),
            Response("{}"),
            said({"active": True, "token_type": "bearer"}),
            said({**GOOD, "sub": 7}),
            said({**GOOD, "roles": None}),
            said({**GOOD, "roles": [["reviewer"]]}),
            said({**GOOD, "exp": "soon"}),
            said({**GOOD, "organisation_class": "of a later release"}),
            Response("", 500),
            Response("", 503),
            Response("", 302, {"Location": claims.PATH}),
        ],
        ids=lambda response: f"{response.status_code} {response.get_data(as_text=True)[:24]}",
    )
    def test_that_is_none_lets_nobody_in(self, asking: Ask, answer: Response) -> None:
        with pytest.raises(IdentityUnavailable):
            ask(asking(answer))

    def test_that_does_not_come_is_not_waited_for(self, asking: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(introspection, "_SECONDS", 0.2)
        done = threading.Event()

        def never(_environ: object, start: Callable[..., object]) -> list[bytes]:
            done.wait(10)
            start("200 OK", [])
            return []

        with pytest.raises(IdentityUnavailable):
            ask(asking(never))
        done.set()

    def test_is_kept_for_a_bounded_number_of_secrets(self, asking: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(introspection, "_MAX_CACHED", 3)
        requests = []

        def count(environ: Mapping[str, Any], start: Any) -> Any:
            requests.append(environ)
            return said({"active": False})(environ, start)

        client = asking(count)
        for number in range(6):
            ask(client, f"nobodys-{number}")

        ask(client, "nobodys-5"), ask(client, "nobodys-0")

        assert len(requests) == 7

    def test_is_one_pools_for_all_threads(self, asking: Ask) -> None:
        client, seen = asking(said(GOOD)), []
        threads = [threading.Thread(target=lambda n=n: seen.append(ask(client, f"{n}"))) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert seen == [IDENTITY] * 20


class TestWhileAccountsIsUnavailable:
    @pytest.fixture
    def client(self, tmp_path: Any) -> FlaskClient:
        class Unavailable(FakeIdentities):
            def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
                raise IdentityUnavailable

        pages = Blueprint("own", __name__)

        @pages.get("/toy/api/v1/own")
        @access.signed_in
        def own() -> Response:
            return jsonify({})

        return an_app(f"sqlite:///{tmp_path / 'toy.sqlite'}", Unavailable(), extra=pages).test_client()

    @pytest.mark.parametrize("path", ["/toy/thing", "/toy/api/v1/own"])
    def test_everybody_is_told_to_try_again(self, client: FlaskClient, path: str) -> None:
        client.set_cookie("waymark_session", "anything")

        answer = client.get(path)

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "who you are" in answer.get_data(as_text=True)


class TestTheSettings:
    def test_are_refused_in_one_sentence(self) -> None:
        good = {"ACCOUNTS_URL": "http://accounts-web:8000", "INTROSPECTION_KEY": KEY}
        assert IntrospectionSettings.from_environment(good, service="intake").service == "intake"

        for bad in ({"ACCOUNTS_URL": ""}, {"ACCOUNTS_URL": "accounts-web"}, {"INTROSPECTION_KEY": "short"}):
            with pytest.raises(SettingsError, match=next(iter(bad))):
                IntrospectionSettings.from_environment({**good, **bad}, service="intake")

    def test_never_show_the_key(self) -> None:
        settings = IntrospectionSettings(address="http://accounts-web:8000", service="intake", key=KEY)

        assert KEY not in repr(settings)
