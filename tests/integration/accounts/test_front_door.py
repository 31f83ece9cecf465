"""Where each role begins, what everybody may read, and the audit page."""

import re

import pytest

from services.accounts import tables
from services.accounts.demonstration import DemonstrationOnly, accounts, load_demonstration
from services.accounts.wording import ROLES, TASKS
from services.contracts.codes import Role
from services.platform.audit.sealer import seal
from tests.accounts_world import World, a_world, send, sign_in

ENTRY = {
    "navigator": "/intake/referrals",
    "reviewer": "/casework/reviews",
    "youth-justice-caseworker": "/casework/queue",
    "early-intervention-caseworker": "/casework/queue",
    "team-manager": "/casework/queue",
    "board-member": "/oversight/",
}


class TestFrontDoor:
    def test_leads_every_demonstration_account_to_its_work_or_says_what_it_can_do(self, database_url: str) -> None:
        world = a_world(database_url)
        with world.service.database.write() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(table.delete())
        load_demonstration(world.service, password="correct horse")  # pragma: allowlist secret

        for account in accounts():
            answer = world.signed_in(account.sign_in_name).get("/")
            landing = ENTRY.get(account.sign_in_name.removesuffix("-west").removesuffix("-two"))
            assert answer.location == landing, account.sign_in_name
            assert landing or "What you can do here" in answer.text

    def test_asks_somebody_unknown_to_sign_in(self, world: World) -> None:
        answer = world.browser().get("/")

        assert (answer.status_code, answer.location) == (303, "/accounts/sign-in")

    @pytest.mark.parametrize("page", ["about", "accessibility", "privacy", "sign-in", "signed-out"])
    def test_shows_what_everybody_may_read(self, world: World, page: str) -> None:
        assert world.browser().get(f"/accounts/{page}").status_code == 200

    def test_knows_the_words_and_tasks_of_every_role(self) -> None:
        assert set(ROLES) == set(TASKS) == set(Role)

    def test_serves_the_style_sheet(self, world: World) -> None:
        with world.browser().get("/assets/app.css") as answer:
            assert answer.status_code == 200
            assert answer.mimetype == "text/css"

    @pytest.mark.parametrize(
        "path", ["/assets/../templates/platform/base.html", "/assets/%2e%2e/assets.py", "/assets/"]
    )
    def test_serves_nothing_beside_it(self, world: World, path: str) -> None:
        assert world.browser().get(path).status_code == 404


class TestDemonstration:
    def test_is_loaded_once_however_often_it_is_asked_for(self, world: World) -> None:
        load_demonstration(world.service, password="one")  # pragma: allowlist secret
        before = [len(world.rows(table)) for table in (tables.staff, tables.teams, tables.platform.outbox)]
        load_demonstration(world.service, password="two")  # pragma: allowlist secret

        assert [len(world.rows(table)) for table in (tables.staff, tables.teams, tables.platform.outbox)] == before
        assert sign_in(world.browser(), "data-scientist", "two").status_code == 422
        assert sign_in(world.browser(), "data-scientist", "one").status_code == 303

    def test_is_never_loaded_where_real_referrals_are_taken(self, database_url: str) -> None:
        world = a_world(database_url, demonstration=False)

        with pytest.raises(DemonstrationOnly):
            load_demonstration(world.service, password="one")  # pragma: allowlist secret

    def test_has_somebody_for_every_role(self) -> None:
        assert {role for account in accounts() for role in account.roles} == set(Role)


def entries_in(page: str) -> set[str]:
    return set(re.findall(r"on entry ([0-9a-f-]{36})", page))


class TestAuditPage:
    @pytest.mark.parametrize("name", ["administrator", "data-protection-officer"])
    def test_shows_who_did_what_and_records_its_own_reading(self, world: World, name: str) -> None:
        browser = world.signed_in(name)
        seal(world.service)

        page = browser.get("/accounts/audit").text

        assert "Signed in" in page
        assert f'<span class="app-quiet">{name}</span>' in page
        assert world.audited()[-1] == "audit.searched"

    @pytest.mark.parametrize("name", ["navigator", "reviewer", "screening-officer"])
    @pytest.mark.parametrize("path", ["/accounts/audit", "/accounts/audit.csv", "/accounts/api/v1/audit/rows?limit=1"])
    def test_is_for_nobody_else(self, world: World, name: str, path: str) -> None:
        assert world.signed_in(name).get(path).status_code == 403

    def test_finds_what_is_about_one_id(self, world: World) -> None:
        browser = world.signed_in("administrator")
        team, member = world.teams["triage"], world.staff["navigator"]

        page = browser.get("/accounts/audit", query_string={"about": str(team)}).text

        assert "Added a team" in page
        assert str(member) not in page

    @pytest.mark.parametrize(
        "wanted", ["' OR 1=1--", "%", "_", "Kaydence Marlow", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
    )
    def test_takes_what_is_searched_literally_and_keeps_it_out_of_addresses(self, world: World, wanted: str) -> None:
        browser = world.signed_in("administrator")

        for field in ("about", "sign_in_name", "act"):
            answer = send(browser, "/accounts/audit", **{field: wanted})
            assert answer.status_code == 422
            assert "<tbody" not in answer.text
        for field in ("about", "by", "from", "to", "act"):
            assert browser.get("/accounts/audit", query_string={field: wanted}).status_code == 400

    def test_walks_back_page_by_page(self, world: World) -> None:
        browser = world.signed_in("administrator")

        first = browser.get("/accounts/audit?limit=3").text
        address = first.partition('govuk-pagination__link" href="')[2].partition('"')[0].replace("&amp;", "&")

        second = browser.get(address)
        assert second.status_code == 200
        assert not entries_in(first) & entries_in(second.text)
