"""A small partnership to test accounts with: two areas, three teams, a member for each thing to be tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts import passwords, tables
from services.accounts.bootstrap import build
from services.accounts.provider_settings import ProviderSettings
from services.accounts.settings import Settings
from services.accounts.staff import AddMember, add_member
from services.accounts.teams import AddTeam, add_team
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.db.transaction import Transaction
from services.platform.service import Service
from tests.unit.platform_web.test_csrf import token_in

PASSWORD = "correct horse"  # pragma: allowlist secret
INTROSPECTION_KEY = "the key of intake, in this test alone"  # pragma: allowlist secret
_ORGANISATIONS = {
    "hospital": OrganisationClass.HEALTH,
    "council": OrganisationClass.SOCIAL_CARE,
    "police": OrganisationClass.POLICE,
}
_ROLES: Mapping[str, tuple[str, Role]] = {
    "navigator": ("hospital", Role.NAVIGATOR),
    "reviewer": ("council", Role.REVIEWER),
    "administrator": ("council", Role.ADMINISTRATOR),
    "second-administrator": ("council", Role.ADMINISTRATOR),
    "data-protection-officer": ("council", Role.DATA_PROTECTION_OFFICER),
    "screening-officer": ("police", Role.SCREENING_OFFICER),
}


@dataclass
class StoppedClock:
    at: datetime = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go(self, **how_far: float) -> None:
        self.at += timedelta(**how_far)


@dataclass(kw_only=True)
class World:
    service: Service
    clock: StoppedClock
    organisations: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)

    def browser(self) -> FlaskClient:
        return self.service.app.test_client()

    def signed_in(self, name: str) -> FlaskClient:
        browser = self.browser()
        answer = sign_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser

    def handle(self, command: object, *, by: str | None = None) -> object:
        result: object = self.service.dispatcher.handle(command, actor=self.staff[by] if by else None)
        return result

    def rows(self, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
        with self.service.database.read() as connection:
            return list(connection.execute(sa.select(table)))

    def audited(self) -> list[str]:
        rows = sorted(self.rows(tables.platform.audit_rows), key=lambda row: row.occurred_at)
        return [row.what for row in rows]


def a_world(
    url: str, *, demonstration: bool = True, https: bool = False, provider: ProviderSettings | None = None
) -> World:
    clock = StoppedClock()
    settings = Settings(
        database_url=url,
        secret_key=b"k" * 32,
        demonstration=demonstration,
        https=https,
        introspection_keys={"intake": ("the key before it, being replaced just now", INTROSPECTION_KEY)},
        provider=provider,
    )
    service = build(settings, clock=clock)
    with service.database.write() as connection:
        tables.metadata.create_all(connection)
    world = World(service=service, clock=clock)
    with service.dispatcher.transaction(actor=None) as transaction:
        _add_places(world, transaction)
        _add_teams(world, transaction)
        _add_staff(world, transaction)
    return world


def sign_in(browser: FlaskClient, name: str, password: str = PASSWORD, *, next: str = "") -> TestResponse:
    token = token_in(browser.get("/accounts/sign-in").text)
    form = {"csrf_token": token, "sign_in_name": name, "password": password}
    return browser.post("/accounts/sign-in", data=form, query_string={"next": next} if next else None)


def send(browser: FlaskClient, path: str, **form: object) -> TestResponse:
    """Post a form as the browser would from a page of ours."""
    token = token_in(browser.get("/accounts/about").text)
    return browser.post(path, data={"csrf_token": token, **form})


def _add_places(world: World, transaction: Transaction) -> None:
    for code in ("northside", "westborough"):
        transaction.connection.execute(sa.insert(tables.areas).values(code=code, name=code.title()))
    for code, organisation_class in _ORGANISATIONS.items():
        world.organisations[code] = uuid4()
        transaction.connection.execute(
            sa.insert(tables.organisations).values(
                id=world.organisations[code], code=code, name=code.title(), organisation_class=organisation_class
            )
        )


def _add_teams(world: World, transaction: Transaction) -> None:
    for code, team_class in (("triage", RecipientClass.TRIAGE), ("youth-justice", RecipientClass.YOUTH_JUSTICE)):
        command = AddTeam(
            code=code,
            name=code.title(),
            team_class=team_class,
            organisation_id=world.organisations["council"],
            areas=frozenset({"northside"}),
            age_from=10,
            age_to=17,
        )
        world.teams[code] = add_team(command, transaction)


def _add_staff(world: World, transaction: Transaction) -> None:
    password_hash = passwords.hashed(PASSWORD)
    for name, (organisation, role) in _ROLES.items():
        command = AddMember(
            sign_in_name=name,
            display_name=name.title(),
            organisation_id=world.organisations[organisation],
            roles=frozenset({role}),
            teams=frozenset({world.teams["triage"]} if role is Role.REVIEWER else ()),
            areas=frozenset({"northside"}),
            password_hash=password_hash,
        )
        world.staff[name] = add_member(command, transaction)
