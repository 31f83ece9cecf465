"""The administrator's pages: what they change, what they refuse, and what they tell the other services."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.accounts import staff, tables
from services.accounts.identities import LocalIdentities
from services.accounts.incompatible_roles import INCOMPATIBLE, Incompatible, IncompatibleRoles
from services.accounts.scopes import EVERY
from services.accounts.staff import ChangeMember, NotYourOwn, PoliceInTriage, UnknownMember
from services.accounts.teams import AddTeam, AgesReversed, ChangeTeam, PoliceTriageTeam, UnknownArea
from services.accounts.tokens import IssueToken
from services.contracts import envelope
from services.contracts.accounts import StaffChangedV1, StaffSignedInV1, TeamChangedV1
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.errors import Stale
from services.platform.web import access
from tests.accounts_world import World, send


def a_change(world: World, name: str = "reviewer", **changes: Any) -> ChangeMember:
    kept: dict[str, Any] = {
        "expected_version": 1,
        "active": True,
        "roles": frozenset({Role.REVIEWER}),
        "teams": frozenset({world.teams["triage"]}),
        "areas": frozenset({"northside"}),
    }
    return ChangeMember(staff_id=world.staff[name], **(kept | changes))


def a_team_change(world: World, **changes: Any) -> ChangeTeam:
    kept: dict[str, Any] = {
        "expected_version": 1,
        "name": "Triage",
        "areas": frozenset({"northside"}),
        "age_from": 10,
        "age_to": 25,
        "on_call_address": None,
        "active": True,
    }
    return ChangeTeam(team_id=world.teams["triage"], **(kept | changes))


def told(world: World, schema: type[StaffChangedV1 | TeamChangedV1], key: object) -> list[dict[str, Any]]:
    """What was published about one member or team, the oldest first."""
    rows = [row for row in world.rows(tables.platform.outbox) if row.topic == schema.topic and row.key == str(key)]
    values = [envelope.read(row.value).data for row in sorted(rows, key=lambda row: row.position)]
    return [schema.decode(value) for value in values]


def signed_in(world: World) -> list[dict[str, Any]]:
    """What was published of sign-ins, the oldest first."""
    events = [envelope.read(row.value) for row in world.rows(tables.platform.outbox)]
    told = [StaffSignedInV1.decode(event.data) for event in events if event.type == StaffSignedInV1.type]
    return sorted(told, key=lambda event: event["at"])


def roles_of(world: World, staff_id: UUID) -> set[Role]:
    return {row.role for row in world.rows(tables.staff_roles) if row.staff_id == staff_id}


def hold(world: World, name: str, *roles: Role) -> frozenset[Role]:
    """Roles as a release wrote them that knew no better."""
    with world.service.database.write() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for statement in (
            ["DROP TRIGGER IF EXISTS staff_roles_compatible_insert"]
            if sqlite
            else ["ALTER TABLE staff_roles DISABLE TRIGGER staff_roles_compatible"]
        ):
            connection.execute(sa.text(statement))
        connection.execute(sa.delete(tables.staff_roles).where(tables.staff_roles.c.staff_id == world.staff[name]))
        rows = [{"staff_id": world.staff[name], "role": role} for role in roles]
        connection.execute(sa.insert(tables.staff_roles), rows)
    return frozenset(roles)


class TestChangingAMember:
    def test_is_told_to_the_other_services_with_its_version(self, world: World) -> None:
        world.handle(a_change(world, teams=frozenset(), areas=frozenset({"westborough"})), by="administrator")

        first, second = told(world, StaffChangedV1, world.staff["reviewer"])
        assert (first["version"], second["version"]) == (1, 2)
        assert first["teams"] == [world.teams["triage"]]
        assert second["teams"] == []
        assert second["areas"] == ["westborough"]
        assert second["roles"] == [Role.REVIEWER]
        assert second["active"] is True

    def test_is_audited(self, world: World) -> None:
        world.handle(a_change(world), by="administrator")

        row = next(row for row in world.rows(tables.platform.audit_rows) if row.what == "staff.changed")
        assert row.actor == world.staff["administrator"]
        assert row.subject_id == str(world.staff["reviewer"])
        assert "Reviewer" not in str(row.details)

    @pytest.mark.parametrize("pair", INCOMPATIBLE, ids=lambda pair: f"{pair.role} and {pair.other}")
    def test_never_gives_incompatible_roles(self, world: World, pair: Incompatible) -> None:
        change = a_change(world, teams=frozenset(), roles=frozenset({pair.role, pair.other}))
        if isinstance(pair.other, OrganisationClass):
            change = a_change(world, "screening-officer", teams=frozenset(), roles=frozenset({pair.role}))
        held = roles_of(world, change.staff_id)

        with pytest.raises(IncompatibleRoles):
            world.handle(change, by="administrator")

        assert roles_of(world, change.staff_id) == held

    def test_can_switch_off_an_account_that_holds_incompatible_roles_from_before(self, world: World) -> None:
        both = hold(world, "reviewer", Role.REVIEWER, Role.DATA_SCIENTIST)

        world.handle(a_change(world, active=False, roles=both), by="administrator")

        assert told(world, StaffChangedV1, world.staff["reviewer"])[-1]["active"] is False

    def test_never_puts_the_police_into_triage(self, world: World) -> None:
        change = a_change(world, "screening-officer", roles=frozenset(), teams=frozenset({world.teams["triage"]}))

        with pytest.raises(PoliceInTriage):
            world.handle(change, by="administrator")

    def test_is_refused_for_ones_own_account(self, world: World) -> None:
        with pytest.raises(NotYourOwn):
            world.handle(a_change(world, "administrator", teams=frozenset()), by="administrator")

    def test_is_refused_when_somebody_changed_it_meanwhile(self, world: World) -> None:
        world.handle(a_change(world), by="administrator")

        with pytest.raises(Stale):
            world.handle(a_change(world), by="second-administrator")

    def test_is_refused_for_nobody(self, world: World) -> None:
        world.staff["nobody"] = uuid4()

        with pytest.raises(UnknownMember):
            world.handle(a_change(world, "nobody"), by="administrator")

    @pytest.mark.parametrize("change", [{"areas": frozenset({"nowhere"})}, {"teams": frozenset({uuid4()})}])
    def test_is_refused_for_an_unknown_team_or_area(self, world: World, change: dict[str, Any]) -> None:
        with pytest.raises(staff.UnknownTeamOrArea):
            world.handle(a_change(world, **change), by="administrator")

    def test_counts_at_once(self, world: World) -> None:
        browser = world.signed_in("second-administrator")
        token = world.handle(IssueToken(staff_id=world.staff["second-administrator"], scopes=EVERY))
        assert browser.get("/accounts/staff").status_code == 200

        world.handle(a_change(world, "second-administrator", roles=frozenset(), teams=frozenset()), by="administrator")
        assert browser.get("/accounts/staff").status_code == 403

        off = a_change(world, "second-administrator", expected_version=2, active=False, roles=frozenset())
        world.handle(off, by="administrator")
        assert browser.get("/accounts/staff").status_code == 303
        headers = {"Authorization": f"Bearer {token}"}
        assert world.browser().get("/accounts/home", headers=headers).status_code == 303

    def test_back_does_not_bring_back_old_sessions_and_tokens(self, world: World) -> None:
        browser = world.signed_in("reviewer")
        token = world.handle(IssueToken(staff_id=world.staff["reviewer"], scopes=EVERY))

        world.handle(a_change(world, active=False), by="administrator")
        world.handle(a_change(world, expected_version=2), by="administrator")

        assert browser.get("/accounts/home").status_code == 303
        headers = {"Authorization": f"Bearer {token}"}
        assert world.browser().get("/accounts/home", headers=headers).status_code == 303
        assert world.signed_in("reviewer").get("/accounts/home").status_code == 200


class TestBeingThere:
    def test_is_told_to_the_others_once_a_day(self, world: World) -> None:
        def at() -> list[Any]:
            return [event["at"] for event in signed_in(world)]

        first = world.clock.at
        world.signed_in("reviewer")
        world.clock.go(hours=23)
        world.signed_in("reviewer")
        assert at() == [first]

        world.clock.go(hours=1)
        world.signed_in("reviewer")
        assert at() == [first, world.clock.at]

    def test_is_told_of_who_was_given_a_token(self, world: World) -> None:
        world.handle(IssueToken(staff_id=world.staff["navigator"], scopes=EVERY))

        assert [event["staff_id"] for event in signed_in(world)] == [world.staff["navigator"]]

    def test_refuses_no_administrators_form(self, world: World) -> None:
        """The version that the form was made from stays."""
        change = a_change(world)
        world.signed_in("reviewer")

        world.handle(change, by="administrator")


class TestAMembersPage:
    def test_leads_a_manager_to_what_they_hold_and_shows_none_of_it(self, world: World) -> None:
        staff_id, administrator = world.staff["reviewer"], world.staff["administrator"]
        with world.service.database.write() as connection:
            held = {"staff_id": administrator, "role": Role.TEAM_MANAGER}
            connection.execute(sa.insert(tables.staff_roles).values(held))

        page = world.signed_in("administrator").get(f"/accounts/staff/{staff_id}").text

        assert f'href="/casework/staff/{staff_id}"' in page

    def test_leads_nobody_else_to_a_page_that_refuses_them(self, world: World) -> None:
        page = world.signed_in("administrator").get(f"/accounts/staff/{world.staff['reviewer']}").text

        assert "/casework/staff" not in page

    @pytest.mark.parametrize(
        ("role", "has_cases"),
        [(Role.YOUTH_JUSTICE_CASEWORKER, True), (Role.REVIEWER, False), (Role.PARTNER_SYSTEM, False)],
    )
    def test_speaks_of_cases_only_where_there_can_be_some(self, world: World, role: Role, has_cases: bool) -> None:
        world.handle(a_change(world, roles=frozenset({role}), teams=frozenset({world.teams["youth-justice"]})))

        page = world.signed_in("administrator").get(f"/accounts/staff/{world.staff['reviewer']}").text

        assert ("under “Caseloads”" in page) is has_cases

    def test_of_a_partners_system_asks_about_tokens_and_not_about_signing_in(self, world: World) -> None:
        world.handle(a_change(world, "navigator", roles=frozenset({Role.PARTNER_SYSTEM}), teams=frozenset()))
        browser = world.signed_in("administrator")

        page = browser.get(f"/accounts/staff/{world.staff['navigator']}").text

        assert "Can this system use its tokens?" in page
        assert "Can this person sign in?" not in page
        assert "Can this person sign in?" in browser.get(f"/accounts/staff/{world.staff['reviewer']}").text


class TestAnAccountWithIncompatibleRolesFromBefore:
    @pytest.mark.parametrize(
        ("name", "held", "usable"),
        [
            ("reviewer", (Role.REVIEWER, Role.DATA_SCIENTIST, Role.TEAM_MANAGER), {Role.TEAM_MANAGER}),
            ("reviewer", (Role.BOARD_MEMBER, Role.DATA_SCIENTIST), set()),
            ("administrator", (Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER), set()),
            ("screening-officer", (Role.SCREENING_OFFICER, Role.REVIEWER), {Role.SCREENING_OFFICER}),
        ],
    )
    def test_can_use_neither(self, world: World, name: str, held: tuple[Role, ...], usable: set[Role]) -> None:
        hold(world, name, *held)

        identity = LocalIdentities(world.service.database, world.clock).named(name)

        assert identity is not None
        assert identity.roles == usable

    def test_opens_no_page_of_either(self, world: World) -> None:
        hold(world, "administrator", Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
        browser = world.signed_in("administrator")

        assert browser.get("/accounts/staff").status_code == 403
        assert browser.get("/accounts/audit").status_code == 403

    def test_is_told_to_the_others_without_them(self, world: World) -> None:
        both = hold(world, "reviewer", Role.REVIEWER, Role.DATA_SCIENTIST)

        world.handle(a_change(world, roles=both), by="administrator")

        assert told(world, StaffChangedV1, world.staff["reviewer"])[-1]["roles"] == []

    def test_is_shown_to_the_administrator_with_what_is_wrong(self, world: World) -> None:
        hold(world, "reviewer", Role.REVIEWER, Role.DATA_SCIENTIST)

        page = world.signed_in("second-administrator").get(f"/accounts/staff/{world.staff['reviewer']}").text

        assert "An account cannot be both reviewer and data scientist" in page


class TestSchema:
    @pytest.mark.parametrize("turned", [False, True])
    @pytest.mark.parametrize("pair", INCOMPATIBLE, ids=lambda pair: f"{pair.role} and {pair.other}")
    def test_itself_refuses_incompatible_roles(self, world: World, pair: Incompatible, turned: bool) -> None:
        staff_id = world.staff["screening-officer" if isinstance(pair.other, OrganisationClass) else "navigator"]
        roles = [role for role in (pair.role, pair.other) if isinstance(role, Role)]
        rows = [{"staff_id": staff_id, "role": role} for role in (reversed(roles) if turned else roles)]

        with pytest.raises(sa.exc.IntegrityError), world.service.database.write() as connection:
            connection.execute(sa.insert(tables.staff_roles), rows)

    def test_itself_refuses_a_role_that_becomes_incompatible(self, world: World) -> None:
        staff_id = world.staff["reviewer"]
        row = {"staff_id": staff_id, "role": Role.NAVIGATOR}
        with world.service.database.write() as connection:
            connection.execute(sa.insert(tables.staff_roles).values(row))
        of_row = (tables.staff_roles.c.staff_id == staff_id) & (tables.staff_roles.c.role == Role.NAVIGATOR)

        with pytest.raises(sa.exc.IntegrityError), world.service.database.write() as connection:
            connection.execute(sa.update(tables.staff_roles).where(of_row).values(role=Role.DATA_SCIENTIST))

    def test_itself_keeps_a_reviewer_out_of_the_police(self, world: World) -> None:
        police = world.organisations["police"]
        to_police = sa.update(tables.staff).where(tables.staff.c.id == world.staff["reviewer"])
        of_council = sa.update(tables.organisations).where(tables.organisations.c.id == world.organisations["council"])

        for change in (
            to_police.values(organisation_id=police),
            of_council.values(organisation_class=OrganisationClass.POLICE),
        ):
            with pytest.raises(sa.exc.IntegrityError), world.service.database.write() as connection:
                connection.execute(change)

    def test_lets_other_roles_stand_beside_each_other(self, world: World) -> None:
        roles = frozenset({Role.REVIEWER, Role.NAVIGATOR, Role.TEAM_MANAGER})

        world.handle(a_change(world, roles=roles, teams=frozenset(world.teams.values())), by="administrator")

        assert told(world, StaffChangedV1, world.staff["reviewer"])[-1]["roles"] == sorted(roles)


class TestChangingATeam:
    def test_is_told_to_the_other_services(self, world: World) -> None:
        world.handle(
            a_team_change(world, age_to=25, on_call_address="01632 960101", areas=frozenset({"westborough"})),
            by="administrator",
        )

        team = told(world, TeamChangedV1, world.teams["triage"])[-1]
        assert (team["version"], team["age_to"], team["on_call_address"]) == (2, 25, "01632 960101")
        assert (team["areas"], team["area_names"]) == (["westborough"], {"westborough": "Westborough"})
        assert team["team_class"] is RecipientClass.TRIAGE

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [({"age_from": 18, "age_to": 17}, AgesReversed), ({"areas": frozenset({"nowhere"})}, UnknownArea),
         ({"expected_version": 2}, Stale)],
    )  # fmt: skip
    def test_is_refused(self, world: World, change: dict[str, Any], refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            world.handle(a_team_change(world, **change), by="administrator")

    def test_no_police_organisation_gets_a_triage_team(self, world: World) -> None:
        command = AddTeam(
            code="police-triage",
            name="Police triage",
            team_class=RecipientClass.TRIAGE,
            organisation_id=world.organisations["police"],
            areas=frozenset({"northside"}),
            age_from=10,
            age_to=17,
        )

        with pytest.raises(PoliceTriageTeam):
            world.handle(command)


class TestPages:
    def test_of_accounts_all_declare_their_access(self, world: World) -> None:
        assert access.undeclared(world.service.app) == []

    @pytest.mark.parametrize("path", ["/accounts/staff", "/accounts/teams"])
    @pytest.mark.parametrize("name", ["navigator", "reviewer", "data-protection-officer"])
    def test_of_the_administrator_are_for_nobody_else(self, world: World, name: str, path: str) -> None:
        assert world.signed_in(name).get(path).status_code == 403

    def test_change_a_member(self, world: World) -> None:
        browser = world.signed_in("administrator")
        address = f"/accounts/staff/{world.staff['reviewer']}"

        answer = send(browser, address, version="1", active="yes", roles=["reviewer"], areas=["westborough"])

        assert answer.status_code == 303
        assert "The changes are saved" in browser.get(answer.location).text
        assert told(world, StaffChangedV1, world.staff["reviewer"])[-1]["areas"] == ["westborough"]

    def test_say_what_is_wrong_with_a_change(self, world: World) -> None:
        browser = world.signed_in("administrator")
        address = f"/accounts/staff/{world.staff['reviewer']}"

        answer = send(browser, address, version="1", active="yes", roles=["reviewer", "data_scientist"])

        assert answer.status_code == 422
        assert '<a href="#roles">An account cannot be both reviewer and data scientist</a>' in answer.text

    def test_say_when_somebody_else_was_quicker(self, world: World) -> None:
        browser = world.signed_in("administrator")
        world.handle(a_change(world), by="second-administrator")

        answer = send(browser, f"/accounts/staff/{world.staff['reviewer']}", version="1", active="yes")

        assert answer.status_code == 412
        assert "Another user changed it" in answer.text

    def test_of_an_unknown_member_or_team_are_not_found(self, world: World) -> None:
        browser = world.signed_in("administrator")

        assert browser.get(f"/accounts/staff/{uuid4()}").status_code == 404
        assert browser.get(f"/accounts/teams/{uuid4()}").status_code == 404

    def test_change_a_team(self, world: World) -> None:
        browser = world.signed_in("administrator")
        address = f"/accounts/teams/{world.teams['triage']}"
        form = {"version": "1", "name": "Triage", "areas": ["northside"], "age_from": "10", "age_to": "25"}

        wrong = send(browser, address, **form | {"age_from": "30"}, active="yes")
        right = send(browser, address, **form, active="yes")

        assert '<a href="#age-to">' in wrong.text
        assert right.status_code == 303
        assert told(world, TeamChangedV1, world.teams["triage"])[-1]["age_to"] == 25

    def test_walk_through_staff_page_by_page(self, world: World) -> None:
        browser = world.signed_in("administrator")
        seen: list[str] = []
        address: str | None = "/accounts/staff?limit=4"

        while address:
            page = browser.get(address).text
            seen += [name for name in world.staff if f"/accounts/staff/{world.staff[name]}" in page]
            address = _next(page)

        assert sorted(seen) == sorted(world.staff)


def _next(page: str) -> str | None:
    _, found, rest = page.partition('govuk-pagination__link" href="')
    return rest.partition('"')[0].replace("&amp;", "&") if found else None
