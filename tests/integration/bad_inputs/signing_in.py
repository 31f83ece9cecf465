"""Rows 86 and 88 to 92, 97 and 98: sessions, tokens, forms, and the way in."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import Client, TestResponse

from services.accounts import tables
from services.accounts.staff import ChangeMember
from services.contracts.codes import Role
from services.embedded import staff
from services.platform.settings import Settings, SettingsError
from tests.integration.bad_inputs.deployment import REFERRALS, REVIEWS, Deployment, plain, refused, row
from tests.world import BASE

SIGN_IN = "/accounts/sign-in"
FORM = "/intake/referrals/new"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def form_token(client: Client, path: str = SIGN_IN) -> str:
    """The token in the first form of the page."""
    found = _TOKEN.search(client.get(path, base_url=BASE).get_data(as_text=True))
    assert found is not None
    return found[1]


def signed_in(
    deployment: Deployment,
    user: str,
    *,
    client: Client | None = None,
    password: str | None = None,
    where: str = "",
    forwarded: str = "",
) -> TestResponse:
    """The answer to a try to sign in, with the demonstration's password unless another is given."""
    client = client or deployment.world.browser()
    return client.post(
        SIGN_IN + (f"?next={where}" if where else ""),
        base_url=BASE,
        data={
            "sign_in_name": user,
            "password": password or staff.password(deployment.world.folder),
            "csrf_token": form_token(client),
        },
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
    )


def session_of(client: Client) -> str:
    cookie = client.get_cookie("waymark_session", domain="127.0.0.1")
    return cookie.value if cookie is not None else ""


def someone_signed_in(deployment: Deployment, user: str = "navigator") -> Client:
    client = deployment.world.browser()
    assert signed_in(deployment, user, client=client).status_code == 303
    return client


@row(86)
def no_token(deployment: Deployment) -> None:
    refused(deployment.world.anyone().get(REVIEWS, base_url=BASE), 401)
    reviewer = deployment.reviewer
    with deployment.at(deployment.clock.at + timedelta(hours=9)):
        refused(reviewer.get(REVIEWS), 401)


@row(88)
def taken_rights(deployment: Deployment) -> None:
    caller = deployment.world.caller("reviewer-west")
    assert caller.get(REVIEWS).status_code == 200

    _change(deployment, "reviewer-west", roles=frozenset())
    # A token ends with the roles that it was given for.
    refused(caller.get(REVIEWS), 401)
    _change(deployment, "reviewer-west", active=False)
    refused(caller.get(REVIEWS), 401)
    _change(deployment, "reviewer-west", roles=frozenset({Role.REVIEWER}))


@row(89)
def fixed_session(deployment: Deployment) -> None:
    client = deployment.world.browser()
    client.set_cookie("waymark_session", "chosen-by-somebody-else", domain="127.0.0.1")

    signed_in(deployment, "navigator", client=client)

    assert session_of(client) not in ("", "chosen-by-somebody-else")


@row(90)
def session_after_signing_out(deployment: Deployment) -> None:
    client = someone_signed_in(deployment)
    session = session_of(client)
    client.post("/accounts/sign-out", base_url=BASE, data={"csrf_token": form_token(client, FORM)})

    later = deployment.world.browser()
    later.set_cookie("waymark_session", session, domain="127.0.0.1")

    assert later.get(FORM, base_url=BASE).location.startswith(SIGN_IN)
    assert later.get(REVIEWS, base_url=BASE).status_code == 401


@row(91)
def forged_session(deployment: Deployment) -> None:
    with pytest.raises(SettingsError):
        Settings(database_url="sqlite://", secret_key=b"o")
    client = deployment.world.browser()
    client.set_cookie("waymark_session", "eyJyb2xlIjoiYWRtaW4ifQ.forged", domain="127.0.0.1")
    assert client.get(REVIEWS, base_url=BASE).status_code == 401


@row(92)
def form_from_elsewhere(deployment: Deployment) -> None:
    client, other = someone_signed_in(deployment), someone_signed_in(deployment)
    theirs = form_token(other, FORM)
    before = deployment.referrals()
    for token in ("", "wrong", theirs):
        assert client.post(FORM, base_url=BASE, data={"csrf_token": token}).status_code == 403
    own = form_token(client, FORM)
    for origin in ("https://evil.example", "null"):
        sent = client.post(FORM, base_url=BASE, data={"csrf_token": own}, headers={"Origin": origin})
        assert sent.status_code == 403
    as_text = client.post(REFERRALS, base_url=BASE, json=plain(), content_type="text/plain")
    assert as_text.status_code in (400, 403, 415)
    assert deployment.referrals() == before


@row(97)
def guessing_names(deployment: Deployment) -> None:
    known = signed_in(deployment, "navigator", password="wrong")
    nobody = signed_in(deployment, "nobody-at-all", password="wrong")

    assert known.status_code == nobody.status_code
    assert _said(known, of="navigator") == _said(nobody, of="nobody-at-all")


@row(98)
def too_many_tries(deployment: Deployment) -> None:
    wrong = {"password": "wrong"}  # pragma: allowlist secret
    answers = [signed_in(deployment, "nobody-in-a-hurry", **wrong) for _ in range(7)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def _said(response: TestResponse, *, of: str) -> str:
    """The page without its token, its number, and the name that was typed."""
    page = _TOKEN.sub("", response.get_data(as_text=True)).replace(f'value="{of}"', "")
    return re.sub(r"[0-9a-f-]{36}", "", page)


def _change(deployment: Deployment, user: str, **changes: object) -> None:
    """Change an account as an administrator does."""
    accounts = deployment.world.system.services["accounts"]
    with accounts.database.read() as connection:
        found = connection.execute(sa.select(tables.staff).where(tables.staff.c.sign_in_name == user)).one()
        teams = connection.execute(
            sa.select(tables.staff_teams.c.team_id).where(tables.staff_teams.c.staff_id == found.id)
        ).scalars()
        areas = connection.execute(
            sa.select(tables.staff_areas.c.area).where(tables.staff_areas.c.staff_id == found.id)
        ).scalars()
        held = {"active": True, "roles": frozenset(), "teams": frozenset(teams), "areas": frozenset(areas)}
    told: dict[str, Any] = {**held, **changes}
    accounts.dispatcher.handle(ChangeMember(staff_id=found.id, expected_version=found.version, **told), actor=None)
