"""Sign-in at a real Keycloak, through its own pages, with the realm that the compose form starts with."""

import base64
import hmac
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from devtools import between, keycloak
from devtools.between import Between
from services.accounts import demonstration, queries, tables
from services.accounts.bootstrap import build
from services.accounts.provider_settings import ProviderSettings
from services.accounts.settings import Settings
from services.platform.service import Service

pytestmark = [pytest.mark.keycloak, pytest.mark.slow]

BASE = "http://127.0.0.1:8000"
RETURN = "/accounts/sign-in/provider/return"
REALM: dict[str, Any] = json.loads(keycloak.REALM.read_text(encoding="utf-8"))
WITH_ROLES = [user for user in REALM["users"] if user["groups"]]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    with (
        keycloak.running(tmp_path_factory.mktemp("keycloak")) as address,
        between.standing(address) as line,
    ):
        yield line


@pytest.fixture(scope="module")
def accounts(line: Between, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The demonstration's organisations, teams and areas, and Keycloak for those who sign in."""
    provider = ProviderSettings(
        issuer=f"{line.address}/realms/waymark", client_id="waymark", client_secret=keycloak.CLIENT_SECRET
    )
    url = f"sqlite:///{tmp_path_factory.mktemp('accounts') / 'accounts.sqlite'}"
    settings = Settings(database_url=url, secret_key=b"k" * 32, demonstration=True, https=False, provider=provider)
    service = build(settings)
    with service.database.write() as connection:
        tables.metadata.create_all(connection)
    demonstration.load_demonstration(service, password="unused here")  # pragma: allowlist secret
    return service


@pytest.fixture(autouse=True)
def straight(line: Between) -> None:
    line.bend = str


class Browser:
    """Somebody's browser, with its cookies at Waymark and at Keycloak."""

    def __init__(self, accounts: Service) -> None:
        self.here: FlaskClient = accounts.app.test_client()
        self.there = requests.Session()

    def asked(self) -> str:
        """The page that Keycloak shows when Waymark sends the browser there."""
        leaving = self.here.get("/accounts/sign-in/provider", base_url=BASE)
        page = self.there.get(leaving.location, timeout=60).text
        for cookie in self.there.cookies:
            cookie.secure = False  # a browser trusts the loopback, and sends there what is for https alone
        return page

    def answer(self, user: str, password: str = keycloak.PASSWORD) -> dict[str, str] | None:
        """What Keycloak gives the browser to take back; None when it lets nobody go."""
        action = re.search(r'action="([^"]+)"', self.asked())
        assert action is not None
        form = {"username": user, "password": password}
        said = self.there.post(html.unescape(action[1]), data=form, timeout=60, allow_redirects=False)
        if said.status_code != 302:
            return None
        where = urlsplit(said.headers["Location"])
        assert where.path == RETURN
        return {name: values[0] for name, values in parse_qs(where.query).items()}

    def come_back(self, answer: dict[str, str] | None) -> TestResponse:
        assert answer is not None
        return self.here.get(RETURN, query_string=answer, base_url=BASE)

    def sign_in(self, user: str) -> TestResponse:
        return self.come_back(self.answer(user))

    @property
    def is_signed_in(self) -> bool:
        return self.here.get("/accounts/sessions", base_url=BASE).status_code == 200


@pytest.fixture
def browser(accounts: Service) -> Browser:
    return Browser(accounts)


@dataclass(frozen=True)
class Named:
    """What the groups of the realm name, or what an account has."""

    role: set[str]
    team: set[str]
    area: set[str]


def named(user: dict[str, Any]) -> Named:
    pairs = [group.removeprefix("/waymark:").split(":") for group in user["groups"]]
    return Named(*({code for kind, code in pairs if kind == wanted} for wanted in ("role", "team", "area")))


def held(accounts: Service, display_name: str) -> Named:
    """By whoever came from the provider under this name."""
    with accounts.database.read() as connection:
        managed_by_provider = tables.provider_subjects.join(tables.staff)
        staff_id = connection.execute(
            sa.select(tables.staff.c.id)
            .select_from(managed_by_provider)
            .where(tables.staff.c.display_name == display_name)
        ).scalar_one()
        member = queries.member(connection, staff_id)
        assert member is not None
        teams = sa.select(tables.teams.c.code).where(tables.teams.c.id.in_(member.teams))
        codes = set(connection.execute(teams).scalars())
    return Named({role.value for role in member.roles}, codes, set(member.areas))


class TestSigningIn:
    @pytest.mark.parametrize("user", WITH_ROLES, ids=lambda user: user["username"])
    def test_gives_the_rights_of_the_groups(self, accounts: Service, browser: Browser, user: dict[str, Any]) -> None:
        answer = browser.sign_in(user["username"])

        assert (answer.status_code, answer.location) == (303, "/"), answer.text
        assert browser.is_signed_in
        assert held(accounts, f"{user['firstName']} {user['lastName']}") == named(user)

    def test_is_not_for_a_wrong_password(self, browser: Browser) -> None:
        assert browser.answer("navigator", "wrong") is None

    def test_is_not_for_who_has_no_group_of_ours(self, browser: Browser) -> None:
        assert browser.sign_in("nobody").status_code == 403
        assert not browser.is_signed_in


class TestSigningOut:
    def test_ends_the_session_and_the_next_one_asks_for_the_password_again(self, browser: Browser) -> None:
        browser.sign_in("navigator")
        page = browser.here.get("/accounts/sessions", base_url=BASE).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None

        left = browser.here.post("/accounts/sign-out", data={"csrf_token": token[1]}, base_url=BASE)

        assert left.status_code == 303
        assert not browser.is_signed_in
        assert 'type="password"' in browser.asked()


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def as_administrator(token: str) -> str:
    """Other claims under the provider's own signature."""
    header, _, signature = token.split(".")
    groups = ["waymark:organisation:partnership", "waymark:role:administrator"]
    return f"{header}.{encoded(claims_of(token) | {'groups': groups})}.{signature}"


def unsigned(token: str) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(claims_of(token))}."


def by_another_key(token: str) -> str:
    return jwt.encode({"alg": "RS256"}, claims_of(token), RSAKey.generate_key(2048))


def by_the_public_key(line: Between) -> Callable[[str], str]:
    """Signed with what everybody can read, taken for a shared secret."""
    keys = requests.get(f"{line.address}/realms/waymark/protocol/openid-connect/certs", timeout=60).json()["keys"]
    public = RSAKey.import_key(next(key for key in keys if key["use"] == "sig")).as_pem(private=False)

    def forge(token: str) -> str:
        text = f"{encoded({'alg': 'HS256'})}.{encoded(claims_of(token))}"
        return f"{text}.{base64.urlsafe_b64encode(hmac.digest(public, text.encode(), 'sha256')).decode().rstrip('=')}"

    return forge


class TestATokenThatIsBentOnItsWay:
    """Bad inputs 86 and 87, with tokens that began as Keycloak's own."""

    @pytest.mark.parametrize("bend", [as_administrator, unsigned, by_another_key])
    def test_is_refused(self, line: Between, browser: Browser, bend: Callable[[str], str]) -> None:
        line.bend = bend

        assert browser.sign_in("navigator").status_code == 400
        assert not browser.is_signed_in

    def test_is_refused_that_is_signed_with_the_public_key(self, line: Between, browser: Browser) -> None:
        line.bend = by_the_public_key(line)

        assert browser.sign_in("navigator").status_code == 400
        assert not browser.is_signed_in

    def test_is_refused_when_it_was_given_for_an_earlier_sign_in(
        self, line: Between, accounts: Service, browser: Browser
    ) -> None:
        Browser(accounts).sign_in("administrator")
        kept = line.tokens[-1]
        line.bend = lambda _token: kept

        assert browser.sign_in("navigator").status_code == 400
        assert not browser.is_signed_in


class TestAnAnswerOfKeycloaks:
    """Bad input 96."""

    def test_counts_once(self, accounts: Service, browser: Browser) -> None:
        answer = browser.answer("reviewer")
        kept = browser.here.get_cookie("waymark_at_provider", domain="127.0.0.1")
        assert kept is not None
        first = browser.come_back(answer)
        again = Browser(accounts)
        again.here.set_cookie("waymark_at_provider", kept.value, domain="127.0.0.1")

        second = again.come_back(answer)

        assert (first.status_code, second.status_code) == (303, 400)
        assert not again.is_signed_in

    def test_counts_in_the_browser_alone_that_asked(self, accounts: Service, browser: Browser) -> None:
        other = Browser(accounts)
        other.asked()

        answer = other.come_back(browser.answer("reviewer"))

        assert answer.status_code == 400
        assert not other.is_signed_in

    def test_without_its_state_is_none(self, browser: Browser) -> None:
        answer = browser.answer("reviewer")
        assert answer is not None

        assert browser.come_back({**answer, "state": ""}).status_code == 400
        assert not browser.is_signed_in
