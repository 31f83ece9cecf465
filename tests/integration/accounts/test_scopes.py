"""A bearer token does what its scopes say; signing out everywhere and a changed role leave none."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.accounts import tables
from services.accounts.scopes import EVERY, PROGRAMS, Scope, narrow
from services.accounts.staff import ChangeMember
from services.accounts.tokens import IssueToken, LivesTooLong, NotActive, NotAProgram
from services.contracts.codes import Role
from tests.accounts_world import World, send


def a_token(world: World, *scopes: Scope, name: str = "administrator", **more: Any) -> dict[str, str]:
    command = IssueToken(staff_id=world.staff[name], scopes=frozenset(scopes), **more)
    return {"Authorization": f"Bearer {world.handle(command)}"}


def team_form(world: World, browser: FlaskClient, headers: dict[str, str]) -> int:
    return browser.post(f"/accounts/teams/{world.teams['triage']}", headers=headers).status_code


class TestAScope:
    def test_to_read_reads_and_changes_nothing(self, world: World) -> None:
        headers, browser = a_token(world, Scope.ACCOUNTS_READ), world.browser()

        assert browser.get("/accounts/staff", headers=headers).status_code == 200
        refused = browser.post(f"/accounts/teams/{world.teams['triage']}", headers=headers)
        assert refused.status_code == 403
        assert 'scope="accounts:write"' in refused.headers["WWW-Authenticate"]

    def test_to_write_does_not_read(self, world: World) -> None:
        headers, browser = a_token(world, Scope.ACCOUNTS_WRITE), world.browser()

        assert browser.get("/accounts/staff", headers=headers).status_code == 403
        assert team_form(world, browser, headers) == 422

    @pytest.mark.parametrize("scopes", [(), tuple(EVERY - {Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE})])
    def test_of_another_service_opens_no_route(self, world: World, scopes: tuple[Scope, ...]) -> None:
        headers, browser = a_token(world, *scopes), world.browser()

        for path in ("/", "/accounts/home", "/accounts/staff", "/accounts/teams", "/accounts/sessions"):
            assert browser.get(path, headers=headers).status_code == 403

    def test_gives_no_right_that_the_account_has_not(self, world: World) -> None:
        headers = a_token(world, *EVERY, name="navigator")

        assert world.browser().get("/accounts/staff", headers=headers).status_code == 403

    def test_is_none_of_a_session(self, world: World) -> None:
        assert world.signed_in("administrator").get("/accounts/staff").status_code == 200

    def test_that_nobody_asked_for_never_changes_anything(self) -> None:
        assert [scope for role in Role for scope in narrow({role}) if not scope.endswith(":read")] == []

    def test_is_shown_to_the_tokens_holder(self, world: World) -> None:
        a_token(world, Scope.ACCOUNTS_READ)

        assert "Read accounts and teams" in world.signed_in("administrator").get("/accounts/sessions").text


class TestAToken:
    def test_lives_no_longer_than_is_set(self, world: World) -> None:
        a_token(world, Scope.ACCOUNTS_READ, lifetime=timedelta(days=90))

        with pytest.raises(LivesTooLong):
            a_token(world, Scope.ACCOUNTS_READ, lifetime=timedelta(days=90, seconds=1))

    def test_is_not_issued_to_an_account_that_is_switched_off(self, world: World) -> None:
        world.handle(a_change(world, active=False), by="administrator")

        with pytest.raises(NotActive):
            a_token(world, Scope.INTAKE_READ, name="navigator")

    def test_of_a_person_is_not_issued_by_an_administrator(self, world: World) -> None:
        command = IssueToken(staff_id=world.staff["reviewer"], scopes=PROGRAMS)

        with pytest.raises(NotAProgram):
            world.handle(command, by="administrator")
        assert world.rows(tables.tokens) == []


def a_change(
    world: World, *, active: bool = True, roles: frozenset[Role] = frozenset({Role.NAVIGATOR})
) -> ChangeMember:
    return ChangeMember(
        staff_id=world.staff["navigator"],
        expected_version=1,
        active=active,
        roles=roles,
        teams=frozenset(),
        areas=frozenset({"northside"}),
    )


class TestNoTokenIsLeft:
    def opens(self, world: World, headers: dict[str, str]) -> bool:
        return world.browser().get("/accounts/home", headers=headers).status_code == 200

    def test_after_signing_out_everywhere(self, world: World) -> None:
        mine = [a_token(world, Scope.ACCOUNTS_READ, name="reviewer") for _ in range(3)]
        theirs = a_token(world, Scope.ACCOUNTS_READ, name="navigator")
        browser, other = world.signed_in("reviewer"), world.signed_in("reviewer")
        assert self.opens(world, mine[0])

        send(browser, "/accounts/sign-out-everywhere")

        assert [self.opens(world, headers) for headers in mine] == [False] * 3
        assert other.get("/accounts/home").status_code == 303
        assert self.opens(world, theirs)

    @pytest.mark.parametrize("change", [{"active": False}, {"roles": frozenset({Role.REFERRER})}])
    def test_after_an_account_is_switched_off_or_has_another_role(self, world: World, change: dict[str, Any]) -> None:
        headers = a_token(world, Scope.ACCOUNTS_READ, name="navigator")

        world.handle(a_change(world, **change), by="administrator")

        assert not self.opens(world, headers)

    def test_only_where_something_about_the_roles_changed(self, world: World) -> None:
        headers = a_token(world, Scope.ACCOUNTS_READ, name="navigator")

        world.handle(a_change(world), by="administrator")

        assert self.opens(world, headers)
