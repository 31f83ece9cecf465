"""Who somebody is, asked in one process and between processes: the same answers, and over HTTP none on a guess."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Response

from services.accounts import tables
from services.accounts.identities import LocalIdentities
from services.accounts.scopes import EVERY
from services.accounts.sessions import EndSession
from services.accounts.tokens import IssueToken
from services.contracts.codes import OrganisationClass, Role
from services.platform.auth import claims, introspection
from services.platform.auth.identity import Identity, IdentityPort
from services.platform.auth.introspection import IdentityUnavailable, IntrospectedIdentities, IntrospectionSettings
from tests.accounts_world import INTROSPECTION_KEY, World
from tests.http_server import serving
from tests.integration.accounts.test_sessions import session_of

CACHED = introspection.CACHE_SECONDS


@dataclass
class Asked:
    """A port, and the two clocks that it looks at."""

    world: World
    port: IdentityPort | None = None
    elapsed: float = 1000.0
    requests: int = 0
    stack: ExitStack = field(default_factory=ExitStack)

    def wait(self, seconds: float) -> None:
        self.world.clock.go(seconds=seconds)
        self.elapsed += seconds

    def session(self, secret: str) -> Identity | None:
        assert self.port is not None
        return self.port.identify(session=secret, bearer=None)

    def bearer(self, secret: str) -> Identity | None:
        assert self.port is not None
        return self.port.identify(session=None, bearer=secret)

    def over_http(self, *, key: str = INTROSPECTION_KEY) -> None:
        """Ask the accounts of this world on a port of its own."""
        app = self.world.service.app

        @app.before_request
        def count() -> None:
            self.requests += 1

        self.ask_at(self.stack.enter_context(serving(app)), key=key)

    def ask_at(self, address: str, *, key: str = INTROSPECTION_KEY) -> None:
        settings = IntrospectionSettings(address=address, service="intake", key=key)
        self.port = IntrospectedIdentities(settings, clock=self.world.clock, elapsed=lambda: self.elapsed)


@pytest.fixture
def asked(world: World) -> Iterator[Asked]:
    made = Asked(world)
    with made.stack:
        yield made


@pytest.fixture(params=["in one process", "over HTTP"])
def either(request: pytest.FixtureRequest, asked: Asked) -> Asked:
    if request.param == "over HTTP":
        asked.over_http()
    else:
        asked.port = LocalIdentities(asked.world.service.database, asked.world.clock)
    return asked


@pytest.fixture
def http(asked: Asked) -> Asked:
    asked.over_http()
    return asked


def a_session(world: World, name: str = "reviewer") -> str:
    return session_of(world.signed_in(name))


def a_token(world: World, name: str = "reviewer", **lifetime: float) -> str:
    issued = world.handle(
        IssueToken(staff_id=world.staff[name], scopes=EVERY, lifetime=timedelta(**lifetime or {"hours": 8}))
    )
    return str(issued)


class TestTheIdentityPort:
    def test_gives_the_holder_of_a_session_with_every_right(self, either: Asked) -> None:
        world = either.world

        known = either.session(a_session(world))

        assert known is not None
        assert known.session_id == str(world.rows(tables.sessions)[0].id)
        assert known == Identity(
            staff_id=world.staff["reviewer"],
            display_name="Reviewer",
            organisation_id=world.organisations["council"],
            organisation_name="Council",
            organisation_class=OrganisationClass.SOCIAL_CARE,
            roles=frozenset({Role.REVIEWER}),
            teams=frozenset({world.teams["triage"]}),
            areas=frozenset({"northside"}),
            session_id=known.session_id,
        )

    def test_gives_the_holder_of_a_token(self, either: Asked) -> None:
        known = either.bearer(a_token(either.world))

        assert known is not None
        assert known.staff_id == either.world.staff["reviewer"]

    def test_takes_no_session_for_a_token_and_no_token_for_a_session(self, either: Asked) -> None:
        session, token = a_session(either.world), a_token(either.world)

        assert (either.bearer(session), either.session(token)) == (None, None)

    def test_gives_nobody_for_what_nobody_holds(self, either: Asked) -> None:
        for secret in ("", "nobodys", "é" * 43, "x" * 5000, "\ud800"):
            assert (either.session(secret), either.bearer(secret)) == (None, None)

    def test_gives_nobody_fifteen_seconds_after_a_sign_out(self, either: Asked) -> None:
        secret = a_session(either.world)
        known = either.session(secret)
        assert known is not None
        (row,) = either.world.rows(tables.sessions)
        either.world.handle(EndSession(staff_id=known.staff_id, session_id=row.id))

        either.wait(CACHED)

        assert either.session(secret) is None

    def test_gives_nobody_once_a_token_has_expired_however_lately_it_was_good(self, either: Asked) -> None:
        secret = a_token(either.world, seconds=10)
        either.wait(9)
        assert either.bearer(secret) is not None

        either.wait(1)

        assert either.bearer(secret) is None

    def test_gives_nobody_for_an_account_that_was_switched_off(self, either: Asked) -> None:
        secret = a_token(either.world)
        assert either.bearer(secret) is not None
        _change(either.world, sa.update(tables.staff).values(active=False))

        either.wait(CACHED)

        assert either.bearer(secret) is None

    def test_gives_rights_as_they_are_now(self, either: Asked) -> None:
        secret = a_token(either.world)
        assert either.bearer(secret) is not None
        _change(either.world, sa.delete(tables.staff_areas))

        either.wait(CACHED)

        known = either.bearer(secret)
        assert known is not None
        assert known.areas == frozenset()

    def test_keeps_a_session_in_use_open(self, either: Asked) -> None:
        secret = a_session(either.world)
        for _ in range(5):
            either.wait(15 * 60)
            assert either.session(secret) is not None


class TestOverHttp:
    def test_an_answer_is_kept_for_fifteen_seconds_and_no_longer(self, http: Asked) -> None:
        good, bad = a_token(http.world), "nobodys"
        http.bearer(good), http.bearer(bad)
        first = http.requests

        http.wait(CACHED - 0.1)
        http.bearer(good), http.bearer(bad)
        assert http.requests == first
        http.wait(0.1)
        http.bearer(good), http.bearer(bad)

        assert http.requests == first + 2

    def test_nobody_is_let_in_nor_called_signed_out_while_accounts_is_away(self, http: Asked) -> None:
        secret = a_token(http.world)
        assert http.bearer(secret) is not None
        http.stack.close()
        assert http.bearer(secret) is not None

        http.wait(CACHED)

        with pytest.raises(IdentityUnavailable):
            http.bearer(secret)

    def test_a_service_with_another_key_learns_nothing(self, asked: Asked) -> None:
        asked.over_http(key="a key that accounts never gave to anybody")

        with pytest.raises(IdentityUnavailable):
            asked.bearer(a_token(asked.world))


class TestIntrospection:
    def ask(self, world: World, **options: object) -> Response:
        given: dict[str, object] = {"auth": ("intake", INTROSPECTION_KEY), "data": {"token": "nobodys"}, **options}
        return world.service.app.test_client().post(claims.PATH, **given)  # type: ignore[return-value]

    def test_answers_a_service_and_says_no_more_of_a_bad_token_than_that_it_is_bad(self, world: World) -> None:
        answer = self.ask(world)

        assert (answer.status_code, answer.get_json()) == (200, {"active": False})
        assert answer.headers["Cache-Control"] == "no-store"

    def test_finds_a_secret_whatever_the_hint_says_it_is(self, world: World) -> None:
        session = a_session(world)

        for hint in ({}, {"token_type_hint": "session"}, {"token_type_hint": "refresh_token"}):
            answer = self.ask(world, data={"token": session, **hint}).get_json()
            assert (answer["active"], answer["token_type"]) == (True, "session")

    def test_answers_by_whatever_name_the_service_knows_accounts(self, world: World) -> None:
        assert self.ask(world, base_url="http://accounts-web:8000").status_code == 200

    def test_answers_nobody_else(self, world: World) -> None:
        for auth in (
            ("intake", "another key, and as long as the right one"),
            ("casework", INTROSPECTION_KEY),
            ("nobody", INTROSPECTION_KEY),
            ("intake", ""),
            ("", ""),
        ):
            refused = self.ask(world, auth=auth)

            assert refused.status_code == 401
            assert refused.headers["WWW-Authenticate"].startswith("Basic")

    def test_answers_no_person(self, world: World) -> None:
        token = a_token(world, "administrator")

        by_token = self.ask(world, auth=None, headers={"Authorization": f"Bearer {token}"})
        by_nothing = self.ask(world, auth=None)

        assert (by_token.status_code, by_nothing.status_code) == (401, 403)

    def test_takes_a_form_with_a_token_and_nothing_else(self, world: World) -> None:
        assert self.ask(world, data={}).status_code in (400, 415)
        assert self.ask(world, data=None, json={"token": "x"}).status_code == 415


def _change(world: World, statement: sa.Update | sa.Delete) -> None:
    with world.service.database.write() as connection:
        connection.execute(statement)
