"""Refused reads of records that exist, and sign-ins that failed, are audited; nothing that was typed is stored."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Row
from werkzeug.test import TestResponse

from services.accounts import tables as accounts_tables
from services.embedded import staff
from tests.unit.platform_web.test_csrf import token_in
from tests.world import BASE, Caller, World, a_world

NEW = "/intake/referrals/new"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def audited(world: World) -> Callable[..., list[Row[Any]]]:
    """`audited("intake", "referral.access_refused")`: the rows of the act that were written in this test."""
    tables = {name: service.tables.audit_rows for name, service in world.system.services.items()}

    def rows(service: str, act: str) -> list[Row[Any]]:
        table = tables[service]
        with world.system.services[service].database.read() as connection:
            asked = sa.select(table).where(table.c.what == act).order_by(table.c.occurred_at)
            return list(connection.execute(asked))

    before = {name: {row.id for row in rows(name, act)} for name in tables for act in ("sign_in.failed",)}
    return lambda service, act: [row for row in rows(service, act) if row.id not in before.get(service, ())]


@pytest.fixture(scope="module")
def referral(world: World) -> str:
    """The id of a referral that the navigator made, with a review."""
    example = world.example("intake", "/intake/api/v1/referrals")
    sent = world.caller("navigator").post("/intake/api/v1/referrals", example)
    world.drain()
    return str(sent.headers["Location"]).rpartition("/")[2]


@pytest.fixture(scope="module")
def review(world: World, referral: str) -> str:
    listed = world.caller("reviewer").get("/casework/api/v1/reviews").get_json()["items"]
    return str(next(row["id"] for row in listed if row["referral_id"] == referral))


def account(world: World, name: str) -> str:
    table = accounts_tables.staff
    with world.system.services["accounts"].database.read() as connection:
        return str(connection.execute(sa.select(table.c.id).where(table.c.sign_in_name == name)).scalar_one())


class TestARefusedRead:
    def test_of_somebody_elses_referral_is_audited_and_answered_as_one_that_is_not_there(
        self, world: World, referral: str, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        other = world.caller("referrer")
        there = other.get(f"/intake/api/v1/referrals/{referral}")
        absent = other.get(f"/intake/api/v1/referrals/{uuid4()}")

        assert (there.status_code, absent.status_code) == (404, 404)
        assert {**there.get_json(), "instance": ""} == {**absent.get_json(), "instance": ""}
        (row,) = audited("intake", "referral.access_refused")
        assert (row.subject_id, str(row.actor)) == (referral, account(world, "referrer"))
        assert row.details == {"status": 404, "method": "GET"}
        assert str(row.correlation_id) in there.get_json()["instance"]

    @pytest.mark.parametrize("path", ["/casework/reviews/{}", "/casework/api/v1/reviews/{}"])
    def test_by_a_role_that_reads_none_is_audited(
        self, world: World, review: str, audited: Callable[..., list[Row[Any]]], path: str
    ) -> None:
        before = len(audited("casework", "review.access_refused"))

        assert world.caller("navigator").get(path.format(review)).status_code == 403
        assert world.caller("navigator").get(path.format(uuid4())).status_code == 403

        rows = audited("casework", "review.access_refused")[before:]
        assert [(row.subject_id, row.details["status"]) for row in rows] == [(review, 403)]

    @pytest.mark.parametrize("path", ["/casework/staff/{}", "/casework/api/v1/staff/{}/holdings"])
    def test_of_what_a_colleague_holds_is_audited(
        self, world: World, audited: Callable[..., list[Row[Any]]], path: str
    ) -> None:
        reviewer = account(world, "reviewer")
        before = len(audited("casework", "staff.access_refused"))

        assert world.caller("navigator").get(path.format(reviewer)).status_code == 403
        assert world.caller("navigator").get(path.format(uuid4())).status_code == 403

        rows = audited("casework", "staff.access_refused")[before:]
        assert [(row.subject_id, row.details["status"]) for row in rows] == [(reviewer, 403)]

    def keep(self, caller: Caller, draft: str, *, version: str) -> TestResponse:
        typed = {"draft": draft, "draft_version": version, "act": "later", "young_person.name": "Aspen Example"}
        headers = {"Authorization": f"Bearer {caller.token}"}
        return caller.client.post(NEW, data=typed, base_url=BASE, headers=headers)

    def test_of_somebody_elses_draft_is_audited_wherever_its_id_stands(
        self, world: World, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        draft, own = str(uuid4()), world.caller("navigator")
        assert self.keep(own, draft, version="0").status_code == 303
        other = world.caller("referrer")

        for asked in (draft, str(uuid4())):
            assert other.get(f"{NEW}?draft={asked}").status_code == 404
            assert other.get(f"{NEW}/{asked}/check").status_code == 404
        assert self.keep(other, draft, version="1").status_code == 404

        rows = audited("intake", "draft.access_refused")
        assert [(row.subject_id, row.details["method"]) for row in rows] == [
            (draft, "GET"),
            (draft, "GET"),
            (draft, "POST"),
        ]

    def test_is_found_by_who_asked_and_by_what_was_asked_for(self, world: World, referral: str) -> None:
        world.caller("referrer").get(f"/intake/api/v1/referrals/{referral}")
        auditor = world.caller("data-protection-officer")

        for query in (f"about={referral}", f"by={account(world, 'referrer')}"):
            assert "Refused access to a referral" in auditor.get(f"/accounts/audit?{query}").text.partition("<tbody")[2]

    def test_is_written_so_often_within_a_minute_and_no_more(
        self, world: World, review: str, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        asking = world.caller("early-intervention-caseworker")
        before = len(audited("casework", "review.access_refused"))

        for _ in range(70):
            assert asking.get(f"/casework/api/v1/reviews/{review}").status_code in (403, 404)

        # 70 requests lie in one minute or on both sides of its end.
        assert 30 <= len(audited("casework", "review.access_refused")) - before <= 60

    def test_that_cannot_be_written_is_answered_all_the_same(
        self, world: World, referral: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise sa.exc.OperationalError("canary", {}, Exception("canary"))

        monkeypatch.setattr("services.platform.audit.bounded.record", fail)

        assert world.caller("referrer").get(f"/intake/api/v1/referrals/{referral}").status_code == 404


class TestAFailedSignIn:
    def sign_in(self, world: World, name: str, password: str) -> int:
        browser = world.browser()
        token = token_in(browser.get("/accounts/sign-in", base_url=BASE).text)
        form = {"csrf_token": token, "sign_in_name": name, "password": password}
        return browser.post("/accounts/sign-in", data=form, base_url=BASE).status_code

    def test_of_an_account_names_it_and_the_reason(self, world: World, audited: Callable[..., list[Row[Any]]]) -> None:
        assert self.sign_in(world, " Board-Member ", "wrong") == 422

        (row,) = audited("accounts", "sign_in.failed")
        assert (row.subject_type, row.subject_id) == ("staff", account(world, "board-member"))
        assert (row.reason, row.actor) == ("wrong_password", None)

    def test_of_no_account_stores_nothing_that_was_typed(
        self, world: World, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        assert self.sign_in(world, "hunter2-my-password", "canary-password") == 422

        (row,) = audited("accounts", "sign_in.failed")
        assert (row.subject_type, row.subject_id, row.reason) == ("sign_in", "unknown", "unknown_account")
        assert "hunter2" not in json.dumps([str(value) for value in row])
        assert "canary" not in json.dumps([str(value) for value in row])

    def test_of_a_locked_name_says_so(self, world: World, audited: Callable[..., list[Row[Any]]]) -> None:
        answers = [self.sign_in(world, "data-scientist", "wrong") for _ in range(7)]

        assert answers[-1] == 429
        assert [row.reason for row in audited("accounts", "sign_in.failed")] == ["wrong_password"] * 6 + [
            "too_many_tries"
        ]

    def test_of_ever_new_names_is_written_so_often_within_a_minute_and_no_more(
        self, world: World, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        for number in range(70):
            self.sign_in(world, f"guess-{number}", "wrong")

        assert len(audited("accounts", "sign_in.failed")) <= 60

    def test_by_a_token_that_is_none_is_audited_without_it(
        self, world: World, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        headers = {"Authorization": "Bearer not-a-token-of-ours"}
        assert world.anyone().get("/intake/api/v1/referrals/x", base_url=BASE, headers=headers).status_code in (
            401,
            404,
        )
        assert world.anyone().get("/casework/api/v1/reviews", base_url=BASE, headers=headers).status_code == 401

        rows = audited("accounts", "sign_in.failed")
        assert {(row.subject_type, row.subject_id, row.reason) for row in rows} <= {("sign_in", "unknown", "token")}
        assert "not-a-token" not in str(rows)

    def test_by_a_token_that_was_revoked_names_its_account(
        self, world: World, audited: Callable[..., list[Row[Any]]]
    ) -> None:
        token = staff.token(world.system, "team-manager")
        table = accounts_tables.tokens
        accounts = world.system.services["accounts"]
        with accounts.database.write() as connection:
            connection.execute(sa.update(table).values(revoked_at=accounts.clock()))
        headers = {"Authorization": f"Bearer {token}"}

        assert world.anyone().get("/casework/api/v1/cases", base_url=BASE, headers=headers).status_code == 401

        (row,) = audited("accounts", "sign_in.failed")
        assert (row.subject_id, row.reason) == (account(world, "team-manager"), "token")
