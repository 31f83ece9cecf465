"""Sign-in at the partnership's own identity provider: who it vouches for comes in, and nobody else."""

import base64
import hmac
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from services.accounts import queries, tables
from services.accounts.incompatible_roles import INCOMPATIBLE, Incompatible
from services.accounts.provider_settings import ProviderSettings
from services.contracts.codes import OrganisationClass, Role
from services.platform.settings import SettingsError
from tests.accounts_world import World, a_world, send
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, a_provider, unsigned

RETURN = "/accounts/sign-in/provider/return"
Sign = Callable[[FakeProvider, dict[str, Any]], str]


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with a_provider() as made:
        yield made


@pytest.fixture
def world(database_url: str, provider: FakeProvider) -> World:
    return joined(database_url, provider)


@pytest.fixture
def small_world(tmp_path: Path, provider: FakeProvider) -> World:
    return joined(f"sqlite:///{tmp_path / 'accounts.sqlite'}", provider)


def joined(url: str, provider: FakeProvider) -> World:
    settings = ProviderSettings(issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    return a_world(url, demonstration=False, provider=settings)


def sent_there(browser: FlaskClient, *, next: str = "") -> dict[str, str]:
    """What the browser takes along to the provider."""
    answer = browser.get("/accounts/sign-in/provider", query_string={"next": next} if next else None)
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def come_back(browser: FlaskClient, provider: FakeProvider, **other: str) -> TestResponse:
    """The whole way there and back."""
    asked = sent_there(browser)
    return browser.get(RETURN, query_string={"state": asked["state"], "code": provider.code(asked["nonce"]), **other})


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/accounts/sessions").status_code == 200


def the_member(world: World, sign_in_name: str = "noor") -> queries.Member:
    staff_id = next(row.id for row in world.rows(tables.staff) if row.sign_in_name == sign_in_name)
    with world.service.database.read() as connection:
        member = queries.member(connection, staff_id)
    assert member is not None
    return member


class TestSigningIn:
    def test_is_offered_on_the_sign_in_page_without_a_password(self, small_world: World) -> None:
        page = small_world.browser().get("/accounts/sign-in?next=/intake").text

        assert 'href="/accounts/sign-in/provider?next=/intake"' in page
        assert 'type="password"' not in page

    def test_asks_for_a_code_with_pkce_and_for_the_password_each_time(
        self, small_world: World, provider: FakeProvider
    ) -> None:
        asked = sent_there(small_world.browser())

        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["prompt"] == "login"
        assert asked["redirect_uri"] == f"http://localhost{RETURN}"

    def test_lets_in_with_the_rights_that_the_groups_give(self, world: World, provider: FakeProvider) -> None:
        browser = world.browser()
        asked = sent_there(browser, next="/intake")

        answer = browser.get(RETURN, query_string={"state": asked["state"], "code": provider.code(asked["nonce"])})

        member = the_member(world)
        assert (answer.status_code, answer.location) == (303, "/intake")
        assert is_signed_in(browser)
        assert (member.display_name, member.organisation_name) == ("Noor Navigator", "Hospital")
        assert (member.roles, member.areas) == (frozenset({Role.NAVIGATOR}), frozenset({"northside"}))
        assert {"staff.added", "session.begun"} <= set(world.audited())

    def test_again_is_the_same_person_brought_up_to_date(self, world: World, provider: FakeProvider) -> None:
        come_back(world.browser(), provider)
        first = the_member(world)
        provider.claims = {
            "name": "Noor Married",
            "groups": [
                "/waymark:organisation:council", "/waymark:role:reviewer", "/waymark:team:triage", "/other:role:board_member"
            ],
        }  # fmt: skip

        come_back(world.browser(), provider)
        come_back(world.browser(), provider)

        now = the_member(world)
        assert (now.id, now.version) == (first.id, 2)
        assert (now.display_name, now.organisation_name) == ("Noor Married", "Council")
        assert (now.roles, now.teams, now.areas) == (
            frozenset({Role.REVIEWER}),
            frozenset({world.teams["triage"]}),
            frozenset(),
        )

    @pytest.mark.parametrize(
        "groups",
        [
            None,
            [],
            "waymark:role:navigator",
            ["waymark:role:navigator"],
            ["waymark:organisation:hospital", "waymark:role:king"],
            ["waymark:organisation:hospital", "waymark:organisation:council", "waymark:role:navigator"],
            ["waymark:organisation:nowhere", "waymark:role:navigator"],
        ],
    )
    def test_lets_nobody_in_without_one_organisation_and_a_role(
        self, small_world: World, provider: FakeProvider, groups: object
    ) -> None:
        provider.claims = {"groups": groups}
        browser = small_world.browser()

        answer = come_back(browser, provider)

        assert answer.status_code == 403
        assert "gives you no role in Waymark" in answer.text
        assert not is_signed_in(browser)
        assert small_world.rows(tables.provider_subjects) == []

    @pytest.mark.parametrize("pair", INCOMPATIBLE, ids=lambda pair: f"{pair.role} and {pair.other}")
    def test_gives_no_account_incompatible_roles(
        self, small_world: World, provider: FakeProvider, pair: Incompatible
    ) -> None:
        in_police = isinstance(pair.other, OrganisationClass)
        organisation, roles = ("police", [pair.role]) if in_police else ("council", [pair.role, pair.other])
        groups = [f"waymark:organisation:{organisation}", *(f"waymark:role:{role}" for role in roles)]
        provider.claims = {"groups": groups}
        browser = small_world.browser()

        assert come_back(browser, provider).status_code == 422
        assert not is_signed_in(browser)

    def test_moves_a_reviewer_to_the_police_without_that_role(self, world: World, provider: FakeProvider) -> None:
        provider.claims = {"groups": ["waymark:organisation:council", "waymark:role:reviewer"]}
        come_back(world.browser(), provider)
        provider.claims = {"groups": ["waymark:organisation:police", "waymark:role:screening_officer"]}

        come_back(world.browser(), provider)

        assert (the_member(world).organisation_name, the_member(world).roles) == (
            "Police",
            frozenset({Role.SCREENING_OFFICER}),
        )

    def test_lets_nobody_in_whom_an_administrator_switched_off(
        self, small_world: World, provider: FakeProvider
    ) -> None:
        come_back(small_world.browser(), provider)
        with small_world.service.database.write() as connection:
            connection.execute(tables.staff.update().values(active=False))
        browser = small_world.browser()

        assert come_back(browser, provider).status_code == 403
        assert not is_signed_in(browser)


class TestBadInput86:
    """Tokens that are not for us, not now, or not from there."""

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "http://127.0.0.1:1"},
            {"aud": "another-client"},
            {"aud": "another-client", "azp": CLIENT_ID},
            {"aud": None},
            {"nonce": "another"},
            {"nonce": None},
            {"exp": -60},
            {"exp": None},
            {"nbf": 600},
            {"sub": None},
        ],
        ids=lambda claims: "+".join(claims),
    )
    def test_is_refused(self, small_world: World, provider: FakeProvider, claims: dict[str, Any]) -> None:
        # Times are seconds from now, and now is when the test runs.
        times = {name: int(time.time()) + claims[name] for name in ("exp", "nbf") if claims.get(name)}
        provider.claims = claims | times
        browser = small_world.browser()

        answer = come_back(browser, provider)

        assert answer.status_code == 400
        assert not is_signed_in(browser)


def by_the_public_key_as_a_secret(provider: FakeProvider, claims: dict[str, Any]) -> str:
    text = unsigned(provider, claims, alg="HS256")[:-1]
    digest = hmac.digest(provider.key.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def by_a_key_it_brings(provider: FakeProvider, claims: dict[str, Any]) -> str:
    own = RSAKey.generate_key(2048)
    return provider.signed(claims, {"jwk": own.as_dict(private=False)}, own)


def with_header(**header: str) -> Sign:
    return lambda provider, claims: provider.signed(claims, header, RSAKey.generate_key(2048))


class TestBadInput87:
    """Signatures that are none, of another key, or of one that the token itself names."""

    @pytest.mark.parametrize(
        "sign",
        [
            unsigned,
            lambda provider, claims: unsigned(provider, claims, alg="nOnE"),
            by_the_public_key_as_a_secret,
            by_a_key_it_brings,
            with_header(),
            with_header(kid="another"),
            with_header(kid="../../dev/null"),
            with_header(kid="' OR 1=1 --"),
            with_header(jku="http://127.0.0.1:1/keys"),
            with_header(x5u="http://127.0.0.1:1/cert"),
            lambda provider, claims: provider.signed(claims, {"cty": "x" * 10_000}),
            lambda provider, claims: provider.signed(claims) + ".again",
            lambda _provider, _claims: "",
        ],
    )
    def test_is_refused_and_nothing_else_is_fetched(
        self, small_world: World, provider: FakeProvider, sign: Sign
    ) -> None:
        provider.sign = sign
        browser = small_world.browser()

        answer = come_back(browser, provider)

        assert answer.status_code == 400
        assert not is_signed_in(browser)
        assert set(provider.asked) <= {"/.well-known/openid-configuration", "/token", "/keys"}

    def test_a_new_key_of_the_providers_is_taken(
        self, small_world: World, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        come_back(small_world.browser(), provider)
        monkeypatch.setattr("services.accounts.provider._KEYS_ASKED_EVERY_SECONDS", -1)
        provider.key = RSAKey.generate_key(2048, {"kid": "two"})
        provider.sign = lambda self, claims: self.signed(claims, {"kid": "two"})
        browser = small_world.browser()

        come_back(browser, provider)

        assert is_signed_in(browser)


class TestBadInput96:
    """What comes back is not the answer to this browser's question."""

    @pytest.mark.parametrize(
        "other",
        [{"state": ""}, {"state": "another"}, {"code": ""}, {"code": "never-given"}, {"error": "access_denied"},
         {"iss": "http://127.0.0.1:1"}],
        ids=str,
    )  # fmt: skip
    def test_is_refused(self, small_world: World, provider: FakeProvider, other: dict[str, str]) -> None:
        browser = small_world.browser()

        answer = come_back(browser, provider, **other)

        assert answer.status_code == 400
        assert not is_signed_in(browser)

    def test_another_browsers_answer_is_refused(self, small_world: World, provider: FakeProvider) -> None:
        mine, theirs = small_world.browser(), small_world.browser()
        asked = sent_there(mine)
        sent_there(theirs)

        answer = theirs.get(RETURN, query_string={"state": asked["state"], "code": provider.code(asked["nonce"])})

        assert answer.status_code == 400
        assert not is_signed_in(theirs)

    def test_an_answer_counts_once(self, small_world: World, provider: FakeProvider) -> None:
        browser = small_world.browser()
        asked = sent_there(browser)
        kept = browser.get_cookie("waymark_at_provider")
        query = {"state": asked["state"], "code": provider.code(asked["nonce"])}
        first = browser.get(RETURN, query_string=query)
        assert kept is not None
        again = small_world.browser()
        again.set_cookie("waymark_at_provider", kept.value)

        answer = again.get(RETURN, query_string=query)

        assert (first.status_code, answer.status_code) == (303, 400)
        assert not is_signed_in(again)

    def test_a_session_that_was_there_before_ends(self, small_world: World, provider: FakeProvider) -> None:
        browser = small_world.browser()
        come_back(browser, provider)
        come_back(browser, provider)

        assert len(small_world.rows(tables.sessions)) == 1


class TestAnUnavailableProvider:
    def test_lets_nobody_in_and_keeps_who_is(self, small_world: World, provider: FakeProvider) -> None:
        browser = small_world.browser()
        come_back(browser, provider)
        with a_provider() as other:
            away = joined(str(small_world.service.database.url).replace("accounts", "away"), other)

        answer = away.browser().get("/accounts/sign-in/provider")

        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        assert is_signed_in(browser)


class TestAnAdministrator:
    def test_cannot_change_rights_that_the_provider_gives(self, small_world: World, provider: FakeProvider) -> None:
        come_back(small_world.browser(), provider)
        provider.claims = {
            "sub": "administrator",
            "preferred_username": "ada",
            "groups": ["waymark:organisation:council", "waymark:role:administrator"],
        }
        administrator, member = small_world.browser(), the_member(small_world)
        come_back(administrator, provider)

        form = {"version": "1", "active": "yes", "roles": "board_member"}
        answer = send(administrator, f"/accounts/staff/{member.id}", **form)

        assert "change them there" in answer.text
        assert the_member(small_world).roles == {Role.NAVIGATOR}


class TestTheSettings:
    def test_want_https_and_all_three(self) -> None:
        for environ in (
            {"OIDC_ISSUER": "http://provider", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"},
            {"OIDC_ISSUER": "https://provider", "OIDC_CLIENT_ID": "a"},
        ):
            with pytest.raises(SettingsError):
                ProviderSettings.from_environment(environ, demonstration=False)

    def test_may_name_none(self) -> None:
        assert ProviderSettings.from_environment({}, demonstration=False) is None
