"""What an administrator does to people and teams: adds, finds, ends and brings back, and resets a password."""

import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts import tables
from services.accounts.oidc_sign_in import SignedInTwice, SignInVouchedFor, sign_in_from_provider
from services.accounts.scopes import Scope
from services.accounts.staff import AddMember, ChangeMember, LastAdministrator, NameTaken, TeamHasEnded, add_member
from services.accounts.teams import AddTeam, BringTeamBack, ChangeTeam, CodeTaken, EndTeam, add_team
from services.accounts.tokens import IssueToken
from services.contracts.codes import RecipientClass, Role
from tests.accounts_world import World, send, sign_in
from tests.unit.platform_web.test_csrf import token_in
from tests.waiting import wait_until

CHOSEN = "three unlikely words"  # pragma: allowlist secret


@pytest.fixture
def administrator(world: World) -> FlaskClient:
    return world.signed_in("administrator")


def a_person(world: World, **changed: object) -> dict[str, object]:
    return {
        "display_name": "Nia New",
        "sign_in_name": "Nia.New",
        "organisation_id": str(world.organisations["council"]),
        "roles": ["reviewer"],
        "teams": [str(world.teams["triage"])],
        "areas": ["northside"],
        **changed,
    }


def one_time_password_in(page: str) -> str:
    found = re.search(r'class="app-secret">(.+?)</strong>', page)
    assert found is not None, page
    return re.sub(r"<[^>]+>", "", found[1])


def choose(browser: FlaskClient, page: str, **typed: str) -> TestResponse:
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket is not None
    data = {"csrf_token": token_in(page), "ticket": ticket[1], "password": CHOSEN, "again": CHOSEN, **typed}
    return browser.post("/accounts/new-password", data=data)


def added(world: World, administrator: FlaskClient) -> str:
    """The one-time password of somebody new."""
    page = send(administrator, "/accounts/staff/new", **a_person(world))
    assert page.status_code == 200, page.text
    return one_time_password_in(page.text)


class TestAPersonWhoIsAdded:
    def test_chooses_a_password_at_the_first_sign_in_and_comes_in(
        self, world: World, administrator: FlaskClient
    ) -> None:
        password, browser = added(world, administrator), world.browser()

        page = sign_in(browser, "nia.new", password)
        assert page.status_code == 200
        assert browser.get("/accounts/home").status_code == 303  # not signed in yet
        assert choose(browser, page.text).status_code == 303

        assert browser.get("/accounts/home").status_code == 200
        assert sign_in(world.browser(), "nia.new", password).status_code == 422
        assert sign_in(world.browser(), "nia.new", CHOSEN).status_code == 303
        assert {"staff.added", "password.chosen"} <= set(world.audited())
        assert password not in str(world.rows(tables.platform.audit_rows) + world.rows(tables.platform.outbox))

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"display_name": ""}, "Enter the person’s name"),
            ({"sign_in_name": "navigator"}, "Another account has this sign-in name"),
            ({"sign_in_name": "nia new"}, "Use only lower-case letters"),
            ({"organisation_id": ""}, "Select an organisation"),
            ({"roles": []}, "Select at least one role"),
            ({"roles": ["administrator", "data_protection_officer"]}, "both administrator and data protection officer"),
            ({"roles": ["reviewer", "data_scientist"]}, "both reviewer and data scientist"),
        ],
    )
    def test_is_refused_in_words_and_what_was_typed_is_kept(
        self, world: World, administrator: FlaskClient, changed: dict[str, Any], said: str
    ) -> None:
        page = send(administrator, "/accounts/staff/new", **a_person(world, **changed))

        assert page.status_code == 422
        assert said in page.text
        assert "There is a problem" in page.text
        assert changed.get("display_name", "Nia New") in page.text
        assert world.audited().count("staff.added") == len(world.staff)

    def test_is_added_by_nobody_but_an_administrator(self, world: World) -> None:
        browser = world.signed_in("data-protection-officer")

        assert send(browser, "/accounts/staff/new", **a_person(world)).status_code == 403


WITHOUT = [
    (["reviewer"], [], [], "areas", "A reviewer needs at least one area"),
    (["team_manager"], [], ["northside"], "teams", "A team manager needs at least one"),
    (["early_intervention_caseworker"], [], ["northside"], "teams", "An early intervention caseworker needs at least"),
    (["youth_justice_caseworker"], ["triage"], ["northside"], "teams", "A youth justice caseworker needs at least one"),
    (["navigator", "reviewer"], ["triage"], [], "areas", "A reviewer needs at least one area"),
]
"""Roles, teams and areas of an account that would see an empty list; the field that is wrong, and what is said."""


class TestARoleWithoutItsAreaOrTeam:
    @pytest.mark.parametrize(("roles", "teams", "areas", "field", "said"), WITHOUT)
    def test_is_not_added(
        self,
        world: World,
        administrator: FlaskClient,
        roles: list[str],
        teams: list[str],
        areas: list[str],
        field: str,
        said: str,
    ) -> None:
        places = {"teams": [str(world.teams[team]) for team in teams], "areas": areas}

        page = send(administrator, "/accounts/staff/new", **a_person(world, roles=roles, **places))

        assert page.status_code == 422, said
        assert f'<a href="#{field}">{said}' in page.text
        assert world.audited().count("staff.added") == len(world.staff)

    @pytest.mark.parametrize(("roles", "teams", "areas", "field", "said"), WITHOUT)
    def test_is_not_given(
        self,
        world: World,
        administrator: FlaskClient,
        roles: list[str],
        teams: list[str],
        areas: list[str],
        field: str,
        said: str,
    ) -> None:
        places = {"teams": [str(world.teams[team]) for team in teams], "areas": areas}
        address = f"/accounts/staff/{world.staff['navigator']}"

        page = send(administrator, address, version="1", active="yes", roles=roles, **places)

        assert page.status_code == 422, said
        assert f'<a href="#{field}">{said}' in page.text
        assert "staff.changed" not in world.audited()

    def test_is_shown_with_all_that_it_lacks(self, world: World, administrator: FlaskClient) -> None:
        roles = ["reviewer", "team_manager"]

        page = send(administrator, "/accounts/staff/new", **a_person(world, roles=roles, teams=[], areas=[]))

        assert page.text.count('<a href="#areas">') == page.text.count('<a href="#teams">') == 1

    def test_is_said_on_the_account_of_somebody_whose_groups_give_it(
        self, world: World, administrator: FlaskClient
    ) -> None:
        """The identity provider's groups are not refused here: they would have to be changed there."""
        rights = {"roles": frozenset({Role.REVIEWER}), "areas": frozenset()}
        world.handle(a_change(world, "navigator", **rights))

        page = administrator.get(f"/accounts/staff/{world.staff['navigator']}").text

        assert "A reviewer needs at least one area" in page

    def test_is_no_obstacle_to_switching_an_account_off(self, world: World) -> None:
        rights = {"roles": frozenset({Role.REVIEWER}), "areas": frozenset()}
        world.handle(a_change(world, "navigator", **rights))

        off = a_change(world, "navigator", expected_version=2, active=False, **rights)
        world.handle(off, by="administrator")

        assert not next(row for row in world.rows(tables.staff) if row.id == world.staff["navigator"]).active


class TestAOneTimePassword:
    def reset(self, world: World, administrator: FlaskClient, name: str = "reviewer") -> str:
        page = send(administrator, f"/accounts/staff/{world.staff[name]}/password")
        assert page.status_code == 200, page.text
        return one_time_password_in(page.text)

    def test_wraps_only_between_its_groups(self, world: World, administrator: FlaskClient) -> None:
        page = send(administrator, "/accounts/staff/new", **a_person(world)).text

        groups = re.findall(r'<span class="app-nowrap">([^<]+)</span><wbr>', page)
        assert "".join(groups) == one_time_password_in(page)
        assert len(groups) == len(one_time_password_in(page).split("-"))

    def test_ends_the_old_password_with_every_session_and_token(self, world: World, administrator: FlaskClient) -> None:
        before = world.signed_in("reviewer")
        token = IssueToken(staff_id=world.staff["reviewer"], scopes=frozenset({Scope.ACCOUNTS_READ}))
        headers = {"Authorization": f"Bearer {world.handle(token)}"}

        self.reset(world, administrator)

        assert before.get("/accounts/home").status_code == 303
        assert world.browser().get("/accounts/home", headers=headers).status_code == 303
        assert sign_in(world.browser(), "reviewer").status_code == 422
        assert world.audited().count("password.reset") == 1

    def test_opens_nothing_but_the_choice_of_another(self, world: World, administrator: FlaskClient) -> None:
        password, browser = self.reset(world, administrator), world.browser()

        page = sign_in(browser, "reviewer", password)

        assert [row for row in world.rows(tables.sessions) if row.staff_id == world.staff["reviewer"]] == []
        assert "Choose a new password" in page.text

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"password": "short", "again": "short"}, "Enter a longer password"),  # pragma: allowlist secret
            ({"again": "something else"}, "Enter the same password twice"),
            ({"password": "", "again": ""}, "Enter a new password"),
            ({"password": "x" * 201, "again": "x" * 201}, "at most 200 characters"),
        ],
    )
    def test_is_not_exchanged_for_a_bad_one(
        self, world: World, administrator: FlaskClient, typed: dict[str, str], said: str
    ) -> None:
        password, browser = self.reset(world, administrator), world.browser()

        refused = choose(browser, sign_in(browser, "reviewer", password).text, **typed)

        assert refused.status_code == 422
        assert said in refused.text
        assert choose(browser, refused.text).status_code == 303

    def test_is_not_exchanged_for_itself(self, world: World, administrator: FlaskClient) -> None:
        password, browser = self.reset(world, administrator), world.browser()

        refused = choose(browser, sign_in(browser, "reviewer", password).text, password=password, again=password)

        assert "Choose a password that you were not given" in refused.text

    def test_is_used_once(self, world: World, administrator: FlaskClient) -> None:
        password, browser = self.reset(world, administrator), world.browser()
        page = sign_in(browser, "reviewer", password).text
        assert choose(browser, page).status_code == 303

        assert choose(world.browser(), page).status_code in (400, 403)
        again = world.browser()
        again.get("/accounts/sign-in")
        assert choose(browser, page).status_code == 403

    def test_lapses(self, world: World, administrator: FlaskClient) -> None:
        password = self.reset(world, administrator)
        page = sign_in(world.browser(), "reviewer", password)
        assert page.status_code == 200

        world.clock.go(hours=24)

        assert sign_in(world.browser(), "reviewer", password).status_code == 422

    def test_replaces_the_one_before(self, world: World, administrator: FlaskClient) -> None:
        first = self.reset(world, administrator)
        second = self.reset(world, administrator)

        assert sign_in(world.browser(), "reviewer", first).status_code == 422
        assert sign_in(world.browser(), "reviewer", second).status_code == 200

    def test_is_not_for_oneself(self, world: World, administrator: FlaskClient) -> None:
        page = send(administrator, f"/accounts/staff/{world.staff['administrator']}/password")

        assert page.status_code == 409
        assert "Ask another administrator" in page.text

    def test_is_not_for_whom_the_provider_vouches(self, world: World, administrator: FlaskClient) -> None:
        vouched = {"issuer": "https://id.example.org", "subject": "1", "staff_id": world.staff["reviewer"]}
        with world.service.database.write() as connection:
            connection.execute(sa.insert(tables.provider_subjects).values(vouched))

        page = send(administrator, f"/accounts/staff/{world.staff['reviewer']}/password")

        assert page.status_code == 409
        assert "no password of this person" in page.text
        assert "Reset password" not in administrator.get(f"/accounts/staff/{world.staff['reviewer']}").text

    def test_is_not_for_an_account_that_is_switched_off(self, world: World, administrator: FlaskClient) -> None:
        world.handle(a_change(world, "navigator", active=False), by="administrator")

        page = send(administrator, f"/accounts/staff/{world.staff['navigator']}/password")

        assert page.status_code == 409

    def test_is_not_exchanged_once_the_account_is_switched_off(self, world: World, administrator: FlaskClient) -> None:
        password, browser = self.reset(world, administrator, "navigator"), world.browser()
        page = sign_in(browser, "navigator", password).text
        world.handle(a_change(world, "navigator", active=False), by="administrator")

        refused = choose(browser, page)

        assert refused.status_code == 403
        assert "Set-Cookie" not in refused.headers
        assert not {"password.chosen"} & set(world.audited())
        assert [row for row in world.rows(tables.sessions) if row.staff_id == world.staff["navigator"]] == []


def a_change(world: World, name: str, **changed: Any) -> ChangeMember:
    role = Role.ADMINISTRATOR if "administrator" in name else Role.NAVIGATOR
    usual: dict[str, Any] = {
        "staff_id": world.staff[name],
        "expected_version": 1,
        "active": True,
        "roles": frozenset({role}),
        "teams": frozenset(),
        "areas": frozenset({"northside"}),
    }
    return ChangeMember(**(usual | changed))


class TestTheLastAdministrator:
    def test_stays(self, world: World) -> None:
        world.handle(a_change(world, "second-administrator", active=False), by="administrator")

        for change in ({"active": False}, {"roles": frozenset()}):
            with pytest.raises(LastAdministrator):
                world.handle(a_change(world, "administrator", **change), by="administrator")

    def test_stays_when_two_end_each_other(self, world: World) -> None:
        """The one who was ended first had asked already."""
        world.handle(a_change(world, "second-administrator", active=False), by="administrator")

        with pytest.raises(LastAdministrator):
            world.handle(a_change(world, "administrator", active=False), by="second-administrator")


class TestTheListOfStaff:
    def test_shows_roles_and_the_last_sign_in(self, world: World, administrator: FlaskClient) -> None:
        page = administrator.get("/accounts/staff").text

        assert page.count("4 May 2026") == 1  # the administrator's own
        assert "Never" in page
        assert "Police screening officer" in page

    def test_is_up_to_date_after_a_second_sign_in_of_the_day(self, world: World) -> None:
        world.signed_in("reviewer")
        world.clock.go(hours=2)
        world.signed_in("reviewer")

        (seen,) = [row for row in world.rows(tables.staff) if row.id == world.staff["reviewer"]]
        assert seen.last_signed_in_at == world.clock.at

    @pytest.mark.parametrize("typed", ["second", "SECOND-ADMIN", "ond-adm"])
    def test_finds_a_part_of_a_name(self, administrator: FlaskClient, typed: str) -> None:
        page = send(administrator, "/accounts/staff", searched=typed)

        assert "1 person was found" in page.text
        assert "Second-Administrator" in page.text
        assert ">Navigator<" not in page.text

    @pytest.mark.parametrize("typed", ["%", "_", "nobody"])
    def test_says_when_nobody_is_found(self, administrator: FlaskClient, typed: str) -> None:
        assert "No results" in send(administrator, "/accounts/staff", searched=typed).text

    def test_comes_in_pages(self, administrator: FlaskClient) -> None:
        first = administrator.get("/accounts/staff?limit=2").text
        address = re.search(r'href="(/accounts/staff\?[^"]*cursor=[^"]+)"', first)

        assert address is not None
        assert administrator.get(address[1].replace("&amp;", "&")).status_code == 200


class TestATokenOfAPartnersSystem:
    def system(self, world: World, administrator: FlaskClient) -> str:
        body = a_person(world, display_name="Records", sign_in_name="records", roles=["partner_system"], teams=[])
        made = send(administrator, "/accounts/staff/new", **body)
        assert made.status_code == 303
        return made.location

    def test_is_issued_shown_once_listed_and_revoked(self, world: World, administrator: FlaskClient) -> None:
        where = self.system(world, administrator)

        page = send(administrator, f"{where}/tokens", scopes=["intake:write"], days="30")
        token = one_time_password_in(page.text)
        (row,) = world.rows(tables.tokens)
        assert row.scopes == "intake:write"
        assert token not in administrator.get(where).text
        assert "Send and change referrals" in administrator.get(where).text
        send(administrator, f"{where}/tokens/{row.id}/revoke")

        assert world.rows(tables.tokens)[0].revoked_at is not None

    @pytest.mark.parametrize(
        "typed",
        [{"scopes": [], "days": "3"}, {"scopes": ["intake:write"], "days": "91"}, {"scopes": ["casework:read"]}],
    )
    def test_is_refused_on_the_page(self, world: World, administrator: FlaskClient, typed: dict[str, Any]) -> None:
        page = send(administrator, f"{self.system(world, administrator)}/tokens", **typed)

        assert page.status_code == 422
        assert "There is a problem" in page.text
        assert world.rows(tables.tokens) == []

    def test_is_not_issued_for_a_person(self, world: World, administrator: FlaskClient) -> None:
        typed = {"scopes": ["intake:read"], "days": "3"}

        page = send(administrator, f"/accounts/staff/{world.staff['reviewer']}/tokens", **typed)

        assert page.status_code == 422
        assert "Only the account of a partner’s system" in page.text


class TestATeam:
    def form(self, world: World, **changed: object) -> dict[str, object]:
        return {
            "name": "Harbour outreach",
            "code": "harbour-outreach",
            "team_class": "support_service",
            "organisation_id": str(world.organisations["council"]),
            "areas": ["northside"],
            "age_from": "10",
            "age_to": "17",
            **changed,
        }

    def test_is_added(self, world: World, administrator: FlaskClient) -> None:
        made = send(administrator, "/accounts/teams/new", **self.form(world))

        assert made.status_code == 303
        assert "Harbour outreach" in administrator.get(made.location).text
        assert "team.added" in world.audited()

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"code": "triage"}, "Another team has this code"),
            ({"areas": []}, "Select at least one area"),
            ({"age_from": "18", "age_to": "10"}, "same as or above the youngest"),
            ({"team_class": ""}, "Select what kind of team it is"),
            ({"organisation_id": str(uuid4())}, "Choose from the list"),
            ({"organisation_id": str(uuid4()), "team_class": "triage"}, "Choose from the list"),
            ({"areas": ["nowhere"]}, "Choose from the list"),
        ],
    )
    def test_is_refused_in_words_and_what_was_typed_is_kept(
        self, world: World, administrator: FlaskClient, changed: dict[str, object], said: str
    ) -> None:
        page = send(administrator, "/accounts/teams/new", **self.form(world, **changed))

        assert page.status_code == 422
        assert said in page.text
        assert "Harbour outreach" in page.text

    def paused(self, world: World, code: str) -> UUID:
        team_id = world.teams[code]
        world.handle(
            ChangeTeam(
                team_id=team_id, expected_version=1, name=code, areas=frozenset({"northside"}), age_from=10,
                age_to=17, on_call_address=None, active=False,
            ),
            by="administrator",
        )  # fmt: skip
        return team_id

    def test_is_not_ended_while_anything_stands_in_the_way_and_all_of_it_is_named(
        self, world: World, administrator: FlaskClient
    ) -> None:
        team_id = world.teams["triage"]
        address, member = f"/accounts/teams/{team_id}", f'href="/accounts/staff/{world.staff["reviewer"]}"'

        page = administrator.get(address).text
        assert "It takes new cases." in page
        assert "It has members who can sign in." in page
        assert member in page
        assert f"{address}/end" not in page

        refused = send(administrator, f"{address}/end", version="1")
        assert refused.status_code == 422
        assert '<a href="#active">It takes new cases.' in refused.text
        summary = refused.text.partition("There is a problem")[2].partition("<form")[0]
        assert "It has members who can sign in." in summary
        assert "team.ended" not in world.audited()

    def test_without_obstacles_can_be_ended_on_its_page(self, world: World, administrator: FlaskClient) -> None:
        team_id = self.paused(world, "youth-justice")

        page = administrator.get(f"/accounts/teams/{team_id}").text

        assert f'action="/accounts/teams/{team_id}/end"' in page
        assert "cannot end yet" not in page

    def test_ends_and_comes_back(self, world: World, administrator: FlaskClient) -> None:
        team_id = self.paused(world, "youth-justice")

        assert send(administrator, f"/accounts/teams/{team_id}/end", version="2").status_code == 303
        assert "Ended" in administrator.get("/accounts/teams").text
        assert send(administrator, f"/accounts/teams/{team_id}/bring-back", version="3").status_code == 303

        assert "Save changes" in administrator.get(f"/accounts/teams/{team_id}").text
        assert world.audited()[-2:] == ["team.ended", "team.brought_back"]

    def test_that_has_ended_gets_no_member(self, world: World, administrator: FlaskClient) -> None:
        team_id = self.paused(world, "youth-justice")
        world.handle(EndTeam(team_id=team_id, expected_version=2), by="administrator")

        with pytest.raises(TeamHasEnded):
            world.handle(a_change(world, "navigator", teams=frozenset({team_id})), by="administrator")
        world.handle(BringTeamBack(team_id=team_id, expected_version=3), by="administrator")
        world.handle(a_change(world, "navigator", teams=frozenset({team_id})), by="administrator")


def until_it_waits(world: World, late: Future[object]) -> None:
    """Returns once the second transaction waits for the first: on PostgreSQL for a row, on SQLite for the write lock."""
    database = world.service.database
    if database.is_sqlite:  # one writer at a time: the second begins after the first's commit
        assert not late.done()
        return
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user")

    def is_waiting() -> bool:
        with database.read() as connection:
            return connection.execute(waiting).scalar_one() > 0

    wait_until(is_waiting, what="the second transaction to wait for the first")


class TestTwoAtOnce:
    """The second one has looked before the first one's commit: only the database's own constraint can tell it."""

    def test_who_add_an_account_of_the_same_name_get_one(self, world: World) -> None:
        command = AddMember(
            sign_in_name="nia.new",
            display_name="Nia New",
            organisation_id=world.organisations["council"],
            roles=frozenset({Role.NAVIGATOR}),
        )
        with ThreadPoolExecutor(1) as second, world.service.dispatcher.transaction(actor=None) as first:
            add_member(command, first)
            late = second.submit(world.handle, command)
            until_it_waits(world, late)

        assert isinstance(late.exception(), NameTaken)

    def test_who_add_a_team_of_the_same_code_get_one(self, world: World) -> None:
        command = AddTeam(
            code="harbour",
            name="Harbour outreach",
            team_class=RecipientClass.SUPPORT_SERVICE,
            organisation_id=world.organisations["council"],
            areas=frozenset({"northside"}),
            age_from=10,
            age_to=17,
        )
        with ThreadPoolExecutor(1) as second, world.service.dispatcher.transaction(actor=None) as first:
            add_team(command, first)
            late = second.submit(world.handle, command)
            until_it_waits(world, late)

        assert isinstance(late.exception(), CodeTaken)

    def test_first_sign_ins_of_one_person_at_the_provider_make_one_account(self, world: World) -> None:
        command = SignInVouchedFor(
            issuer="https://id.example.org",
            subject="1",
            provider_username="nia.new",
            display_name="Nia New",
            groups=["waymark:role:navigator", "waymark:organisation:hospital"],
        )
        with ThreadPoolExecutor(1) as second, world.service.dispatcher.transaction(actor=None) as first:
            sign_in_from_provider(command, first)
            late = second.submit(world.handle, command)
            until_it_waits(world, late)

        assert late.exception() is None or isinstance(late.exception(), SignedInTwice)
        assert [row.display_name for row in world.rows(tables.staff)].count("Nia New") == 1


def test_a_password_is_reset_of_nobody_by_an_unknown_id(world: World) -> None:
    administrator = world.signed_in("administrator")

    assert send(administrator, f"/accounts/staff/{UUID(int=1)}/password").status_code == 404
