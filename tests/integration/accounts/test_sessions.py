"""A session is a secret that is new at each sign-in, ends when it should, and is nowhere stored."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from services.accounts import queries, secret, sign_in_pages, tables
from services.accounts.identities import LocalIdentities
from services.accounts.scopes import EVERY
from services.accounts.sessions import BeginSession, SwitchedOff
from services.accounts.tokens import IssueToken
from services.contracts import envelope
from services.contracts.accounts import StaffSignedOutV1
from tests.accounts_world import World, send, sign_in


def session_of(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("waymark_session")
    assert cookie is not None
    return cookie.value


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/accounts/sessions").status_code == 200


class TestSession:
    def test_is_new_at_sign_in_whatever_was_set_before(self, world: World) -> None:
        browser = world.browser()
        browser.set_cookie("waymark_session", "planted-by-somebody")

        sign_in(browser, "reviewer")

        assert session_of(browser) != "planted-by-somebody"
        assert is_in(browser)

    def test_is_new_at_a_second_sign_in_and_the_first_one_ends(self, world: World) -> None:
        browser = world.signed_in("reviewer")
        first = session_of(browser)
        browser.set_cookie("waymark_session", first)

        token_page = browser.get("/accounts/about").text
        assert "Sign out" in token_page
        send(
            browser,
            "/accounts/sign-in",
            sign_in_name="reviewer",
            password="correct horse",  # pragma: allowlist secret
        )  # pragma: allowlist secret
        old = world.browser()
        old.set_cookie("waymark_session", first)

        assert session_of(browser) != first
        assert not is_in(old)

    def test_has_256_bits_of_which_a_digest_is_kept(self, world: World) -> None:
        held = session_of(world.signed_in("reviewer"))

        assert len(held) == 43
        assert held not in str(world.rows(tables.sessions))
        assert world.rows(tables.sessions)[0].secret_digest == secret.digest(held)

    def test_ends_after_twenty_idle_minutes(self, world: World) -> None:
        browser = world.signed_in("reviewer")

        for _ in range(3):
            world.clock.go(minutes=19)
            assert is_in(browser)
        world.clock.go(minutes=20)

        assert not is_in(browser)

    def test_ends_after_ten_hours_of_use(self, world: World) -> None:
        browser = world.signed_in("reviewer")

        for _ in range(39):
            world.clock.go(minutes=15)
            assert is_in(browser)
        world.clock.go(minutes=15)

        assert not is_in(browser)

    def test_ends_everywhere_when_its_holder_signs_out(self, world: World) -> None:
        browser = world.signed_in("reviewer")
        held = session_of(browser)

        answer = send(browser, "/accounts/sign-out")

        assert answer.location == "/accounts/signed-out"
        assert browser.get_cookie("waymark_session") is None
        identities = LocalIdentities(world.service.database, world.clock)
        assert identities.identify(session=held, bearer=None) is None

    def test_is_not_ended_by_another_sites_form(self, world: World) -> None:
        browser = world.signed_in("reviewer")

        assert browser.post("/accounts/sign-out").status_code == 403
        assert is_in(browser)

    def test_of_every_browser_ends_at_once(self, world: World) -> None:
        browsers = [world.signed_in("reviewer") for _ in range(3)]
        other = world.signed_in("navigator")

        send(browsers[0], "/accounts/sign-out-everywhere")

        assert [is_in(browser) for browser in (*browsers, other)] == [False, False, False, True]

    def test_is_listed_and_ended_one_by_one(self, world: World) -> None:
        here, there = world.signed_in("reviewer"), world.signed_in("reviewer")
        other_id = next(
            row.id for row in world.rows(tables.sessions) if row.secret_digest == secret.digest(session_of(there))
        )

        assert str(other_id) in here.get("/accounts/sessions").text
        send(here, f"/accounts/sessions/{other_id}/end")

        assert [is_in(here), is_in(there)] == [True, False]

    def test_of_somebody_else_is_not_found(self, world: World) -> None:
        mine = world.signed_in("navigator")
        theirs = world.signed_in("reviewer")
        their_id = next(row.id for row in world.rows(tables.sessions) if row.staff_id == world.staff["reviewer"])

        assert send(mine, f"/accounts/sessions/{their_id}/end").status_code == 404
        assert is_in(theirs)

    def test_leaves_marks_in_the_audit(self, world: World) -> None:
        send(world.signed_in("reviewer"), "/accounts/sign-out")

        assert world.audited().count("session.begun") == 1
        assert world.audited().count("session.ended") == 1

    @pytest.mark.parametrize("cookie", ["", "x", "x" * 4_000, "é"])
    def test_that_nobody_was_given_opens_nothing(self, world: World, cookie: str) -> None:
        browser = world.browser()
        browser.set_cookie("waymark_session", cookie)

        assert not is_in(browser)


class TestIdentity:
    def test_of_a_switched_off_account_is_nobodys_even_while_its_session_stands(self, world: World) -> None:
        held = session_of(world.signed_in("reviewer"))
        with world.service.database.write() as connection:
            connection.execute(sa.update(tables.staff).values(active=False))

        identities = LocalIdentities(world.service.database, world.clock)
        assert identities.identify(session=held, bearer=None) is None


class TestToken:
    def test_opens_what_its_holder_may_open_until_it_expires(self, world: World) -> None:
        token = str(world.handle(IssueToken(staff_id=world.staff["administrator"], scopes=EVERY)))
        headers = {"Authorization": f"Bearer {token}"}

        assert world.browser().get("/accounts/staff", headers=headers).status_code == 200
        world.clock.go(hours=8)
        assert world.browser().get("/accounts/staff", headers=headers).status_code == 303
        assert token not in str(world.rows(tables.tokens))

    def test_is_listed_for_its_holder_and_revoked_at_once(self, world: World) -> None:
        token = world.handle(IssueToken(staff_id=world.staff["administrator"], scopes=EVERY))
        browser = world.signed_in("administrator")
        token_id = world.rows(tables.tokens)[0].id

        assert str(token_id) in browser.get("/accounts/sessions").text
        send(browser, f"/accounts/tokens/{token_id}/revoke")

        answer = world.browser().get("/accounts/staff", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 303
        assert send(browser, f"/accounts/tokens/{token_id}/revoke").status_code == 404

    def test_of_somebody_else_is_not_found(self, world: World) -> None:
        world.handle(IssueToken(staff_id=world.staff["administrator"], scopes=EVERY))
        token_id = world.rows(tables.tokens)[0].id

        assert send(world.signed_in("reviewer"), f"/accounts/tokens/{token_id}/revoke").status_code == 404

    def test_is_no_session_and_a_session_is_no_token(self, world: World) -> None:
        token = str(world.handle(IssueToken(staff_id=world.staff["administrator"], scopes=EVERY)))
        session = session_of(world.signed_in("administrator"))
        identities = LocalIdentities(world.service.database, world.clock)

        assert identities.identify(session=token, bearer=None) is None
        assert identities.identify(session=None, bearer=session) is None


class TestAnAccountThatIsSwitchedOff:
    @pytest.fixture(autouse=True)
    def switched_off(self, world: World) -> None:
        with world.service.database.write() as connection:
            its = tables.staff.c.id == world.staff["navigator"]
            connection.execute(sa.update(tables.staff).where(its).values(active=False))

    def test_gets_no_session_whichever_way_its_person_proved_who_they_are(self, world: World) -> None:
        other = world.signed_in("reviewer")

        with pytest.raises(SwitchedOff):
            world.handle(BeginSession(staff_id=world.staff["navigator"], ending=session_of(other)))

        begun = {row.subject_id for row in world.rows(tables.platform.audit_rows) if row.what == "session.begun"}
        assert str(world.staff["navigator"]) not in begun
        assert is_in(other)

    def test_that_was_on_when_the_password_was_checked_is_answered_as_a_wrong_password(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = sign_in(world.browser(), "navigator")
        stored = queries.StoredPassword(staff_id=world.staff["navigator"], hash="", one_time_until=None)
        monkeypatch.setattr(sign_in_pages, "_known", lambda _name, _password: stored)

        late = sign_in(world.browser(), "navigator")

        assert (late.status_code, wrong.status_code) == (422, 422)
        assert "The sign-in name or password is incorrect" in late.text
        assert "Set-Cookie" not in late.headers


class TestSigningOutIsTold:
    """To services that keep what somebody was doing, such as a reviewer's claim."""

    @pytest.mark.parametrize("path", ["/accounts/sign-out", "/accounts/sign-out-everywhere"])
    def test_with_who_and_when(self, world: World, path: str) -> None:
        send(world.signed_in("reviewer"), path)

        assert signed_out(world) == [{"staff_id": world.staff["reviewer"], "signed_out_at": world.clock.at}]

    def test_of_whoever_was_signed_in_where_somebody_else_signs_in(self, world: World) -> None:
        browser = world.signed_in("reviewer")

        world.handle(BeginSession(staff_id=world.staff["navigator"], ending=session_of(browser)))
        world.handle(BeginSession(staff_id=world.staff["navigator"], ending="nobody's"))

        assert [event["staff_id"] for event in signed_out(world)] == [world.staff["reviewer"]]


def signed_out(world: World) -> list[dict[str, Any]]:
    events = [envelope.read(row.value) for row in world.rows(tables.platform.outbox)]
    return [StaffSignedOutV1.decode(event.data) for event in events if event.type == StaffSignedOutV1.type]
