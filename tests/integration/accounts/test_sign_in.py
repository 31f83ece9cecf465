"""Signing in tells nobody who exists, and six wrong tries lock a name for a minute."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from argon2 import PasswordHasher

from services.accounts import passwords, tables
from services.accounts.sign_in import RecordFailedSignIn, SignInLocked
from services.accounts.staff import ChangeMember
from services.contracts.codes import Role
from services.platform.web import csrf
from tests.accounts_world import PASSWORD, World, a_world, sign_in


class TestSignIn:
    def test_leads_to_the_page_that_was_asked_for(self, world: World) -> None:
        assert sign_in(world.browser(), "reviewer", next="/casework/reviews?a=b").location == "/casework/reviews?a=b"

    @pytest.mark.parametrize("wanted", ["//evil", "/\\evil", "https:evil", "%2f%2fevil", "https://evil.example"])
    def test_leads_nowhere_else(self, world: World, wanted: str) -> None:
        assert sign_in(world.browser(), "reviewer", next=wanted).location == "/"

    def test_takes_the_name_however_it_was_typed(self, world: World) -> None:
        assert sign_in(world.browser(), "  Reviewer ").status_code == 303

    def test_gives_a_cookie_that_no_script_reads(self, world: World) -> None:
        cookie = sign_in(world.browser(), "reviewer").headers.getlist("Set-Cookie")[0]

        assert cookie.startswith("waymark_session=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))

    def test_over_https_gives_a_cookie_bound_to_the_host(self, database_url: str) -> None:
        browser = a_world(database_url, https=True).browser()

        cookies = sign_in(browser, "reviewer").headers.getlist("Set-Cookie")

        assert cookies[0].startswith("__Host-waymark_session=")
        assert "Secure" in cookies[0]

    def test_says_what_is_missing(self, world: World) -> None:
        answer = sign_in(world.browser(), "", "")

        assert answer.status_code == 422
        assert "Enter your sign-in name" in answer.text
        assert "Enter your password" in answer.text

    def test_keeps_the_typed_name_and_never_the_password(self, world: World) -> None:
        page = sign_in(world.browser(), "reviewer", "wrong-canary").text

        assert 'value="reviewer"' in page
        assert "wrong-canary" not in page

    def test_does_not_exist_outside_demonstration_mode(self, database_url: str) -> None:
        browser = a_world(database_url, demonstration=False).browser()

        # No page of ours gives the token here, so it is made as a page would make it.
        browser.set_cookie("waymark_before_sign_in", "held")
        form = {"csrf_token": csrf._token_of("held"), "sign_in_name": "reviewer", "password": PASSWORD}

        assert browser.post("/accounts/sign-in", data=form).status_code == 404
        assert "<form" not in browser.get("/accounts/sign-in").text

    def test_needs_its_own_page(self, world: World) -> None:
        browser = world.browser()

        answer = browser.post("/accounts/sign-in", data={"sign_in_name": "reviewer", "password": PASSWORD})

        assert answer.status_code == 403


class TestUnknownNames:
    @pytest.mark.parametrize("name", ["nobody", "reviewer", "switched-off"])
    def test_are_answered_like_a_wrong_password(self, world: World, name: str) -> None:
        _switch_off(world, "navigator")

        answer = sign_in(world.browser(), {"switched-off": "navigator"}.get(name, name), "wrong")

        assert answer.status_code == 422
        assert "The sign-in name or password is incorrect" in answer.text

    def test_a_switched_off_account_is_answered_so_even_with_its_password(self, world: World) -> None:
        _switch_off(world, "navigator")

        answer = sign_in(world.browser(), "navigator")

        assert answer.status_code == 422
        assert "The sign-in name or password is incorrect" in answer.text

    def test_cost_the_same_work(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        hasher = CountingHasher()
        monkeypatch.setattr(passwords, "_hasher", hasher)

        for name in ("nobody", "reviewer"):
            sign_in(world.browser(), name, "wrong")

        assert len(hasher.costs) == 2
        assert hasher.costs[0] == hasher.costs[1] == "$argon2id$v=19$m=8,t=1,"

    @pytest.mark.parametrize("name", ["nobody", "reviewer"])
    def test_are_locked_like_known_ones(self, world: World, name: str) -> None:
        statuses = [sign_in(world.browser(), name, "wrong").status_code for _ in range(8)]

        assert statuses == [422] * 6 + [429] * 2


class TestLock:
    def test_says_how_long_to_wait(self, world: World) -> None:
        for _ in range(6):
            sign_in(world.browser(), "reviewer", "wrong")
        world.clock.go(seconds=10.5)

        answer = sign_in(world.browser(), "reviewer")

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "50"
        assert "Wait a minute" in answer.text

    def test_ends_after_a_minute(self, world: World) -> None:
        for _ in range(7):
            sign_in(world.browser(), "reviewer", "wrong")
        world.clock.go(minutes=1)

        assert sign_in(world.browser(), "reviewer").status_code == 303

    def test_is_for_one_name(self, world: World) -> None:
        for _ in range(7):
            sign_in(world.browser(), "reviewer", "wrong")

        assert sign_in(world.browser(), "navigator").status_code == 303

    def test_counts_within_a_minute_only(self, world: World) -> None:
        for _ in range(8):
            assert sign_in(world.browser(), "reviewer", "wrong").status_code == 422
            world.clock.go(seconds=15)

    def test_forgets_tries_when_the_password_was_right(self, world: World) -> None:
        for _ in range(3):
            for _ in range(5):
                sign_in(world.browser(), "reviewer", "wrong")
            assert sign_in(world.browser(), "reviewer").status_code == 303

    def test_is_not_dodged_by_another_address(self, world: World) -> None:
        browser = world.browser()
        browser.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9"
        for _ in range(6):
            sign_in(world.browser(), "reviewer", "wrong")

        assert sign_in(browser, "reviewer").status_code == 429

    def test_lets_no_more_than_six_of_many_at_once_through(self, world: World) -> None:
        def attempt(_: int) -> bool:
            try:
                world.handle(RecordFailedSignIn(name_digest="d" * 64))
            except SignInLocked:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            passed = list(pool.map(attempt, range(24)))

        assert sum(passed) == 6

    def test_keeps_no_typed_name(self, world: World) -> None:
        sign_in(world.browser(), "canary", "wrong")

        assert "canary" not in str(world.rows(tables.sign_in_attempts))


def _switch_off(world: World, name: str) -> None:
    command = ChangeMember(
        staff_id=world.staff[name],
        expected_version=1,
        active=False,
        roles=frozenset({Role.NAVIGATOR}),
        teams=frozenset(),
        areas=frozenset(),
    )
    world.handle(command, by="administrator")


class CountingHasher(PasswordHasher):
    """Notes what each password was checked against: a hash of the same cost each time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.costs: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.costs.append(str(hash).partition("p=")[0])
        return super().verify(hash, password)
