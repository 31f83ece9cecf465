"""The intake service with people who may sign in, for its tests."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient

from devtools.revisions import make_tables
from services.contracts import envelope
from services.contracts.codes import OrganisationClass, Role
from services.contracts.schema import EventSchema
from services.intake.bootstrap import build
from services.intake.settings import Settings
from services.platform.auth.identity import Identity
from services.platform.dispatcher import EventCommand
from services.platform.service import Service

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
HOSPITAL, SCHOOL, POLICE, PARTNERSHIP, OTHER_HOSPITAL = (uuid4() for _ in range(5))


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **span: float) -> None:
        self.at += timedelta(**span)


class Identities:
    """Whoever is known by a secret: a session's or a token's, which are alike here."""

    def __init__(self) -> None:
        self.known: dict[str, Identity] = {}

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return self.known.get(session or bearer or "")


def somebody(role: Role, *, organisation: UUID = HOSPITAL, areas: tuple[str, ...] = ("northside",)) -> Identity:
    classes = {
        HOSPITAL: OrganisationClass.HEALTH,
        OTHER_HOSPITAL: OrganisationClass.HEALTH,
        SCHOOL: OrganisationClass.EDUCATION,
        POLICE: OrganisationClass.POLICE,
        PARTNERSHIP: OrganisationClass.LOCAL_AUTHORITY,
    }
    names = {HOSPITAL: "Anytown General Hospital", SCHOOL: "Northside Academy"}
    return Identity(
        staff_id=uuid4(),
        display_name=f"Somebody {role.value}",
        organisation_id=organisation,
        organisation_name=names.get(organisation, "Another organisation"),
        organisation_class=classes[organisation],
        roles=frozenset({role}),
        areas=frozenset(areas),
    )


@dataclass
class World:
    service: Service
    identities: Identities
    clock: Clock
    people: dict[str, Identity] = field(default_factory=dict)

    def know(self, name: str, identity: Identity) -> Identity:
        self.people[name] = self.identities.known[name] = identity
        return identity

    def api(self, name: str) -> "Caller":
        return Caller(self.service.app.test_client(), name)

    def browser(self, name: str) -> "Browser":
        return Browser(self.service.app.test_client(), name)

    def deliver(self, schema: type[EventSchema], data: dict[str, Any]) -> None:
        """What the service does with an event of another service."""
        command = self.service.subscriptions[schema](schema.decode(schema.encode(data)))
        caused = EventCommand(
            command=command,
            event_id=uuid4(),
            event_type=schema.type,
            written_at=self.service.clock(),
            correlation_id=uuid4(),
        )
        self.service.dispatcher.handle_events([caused])

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What was published, in order: the data of each event, or of those of one type."""
        with self.service.database.read() as connection:
            outbox = self.service.tables.outbox
            values = connection.scalars(sa.select(outbox.c.value).order_by(outbox.c.position)).all()
        read = [envelope.read(value) for value in values]
        return [event.data for event in read if kind is None or event.type == kind]

    def rows(self, table: sa.Table) -> list[Any]:
        with self.service.database.read() as connection:
            return list(connection.execute(sa.select(table)))

    def counts(self) -> dict[str, int]:
        """How many rows each of intake's tables has."""
        with self.service.database.read() as connection:
            return {
                table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in self.service.metadata.sorted_tables
            }


class Caller:
    """Calls the API as one of the world's people."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self.client = client
        self._bearer = {"Authorization": f"Bearer {secret}"}

    def post(self, body: Mapping[str, Any], *, key: str | None = None, path: str = "referrals") -> Any:
        headers = self._bearer | {"Idempotency-Key": key or str(uuid4())}
        return self.client.post(f"/intake/api/v1/{path}", json=body, headers=headers)

    def get(self, location: str) -> Any:
        return self.client.get(location, headers=self._bearer)

    def put(self, location: str, body: Mapping[str, Any], *, version: int | str | None) -> Any:
        headers = self._bearer if version is None else self._bearer | {"If-Match": f'"{version}"'}
        return self.client.put(location, json=body, headers=headers)


class Browser:
    """Opens pages and sends their forms, as somebody without JavaScript would."""

    def __init__(self, client: FlaskClient, secret: str | None) -> None:
        self.client = client
        if secret is not None:
            self.sign_in(secret)
        self.page: Any = None

    def sign_in(self, secret: str) -> None:
        self.client.set_cookie("waymark_session", secret)

    def sign_out(self) -> None:
        self.client.delete_cookie("waymark_session")

    def open(self, path: str) -> Any:
        self.page = self.client.get(path, follow_redirects=True)
        return self.page

    def hidden(self) -> dict[str, str]:
        """The hidden inputs of the page that are not the sign-out form's alone."""
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.page.text))

    def send(self, fields: Mapping[str, Any], *, path: str | None = None) -> Any:
        """Send the page's form with these fields, and go where the answer leads."""
        where = path or self.page.request.path
        self.page = self.client.post(where, data=self.hidden() | dict(fields), follow_redirects=True)
        return self.page


def an_intake(database_url: str, *, identities: Identities | None = None, clock: Clock | None = None) -> Service:
    settings = Settings(
        database_url=database_url, secret_key=b"a secret of the tests, long enough", demonstration=True, https=False
    )
    return build(settings, identities=identities or Identities(), clock=clock or Clock())


def a_world(database_url: str, *, make_tables: Callable[[Service], None] = make_tables) -> World:
    identities, clock = Identities(), Clock()
    service = an_intake(database_url, identities=identities, clock=clock)
    make_tables(service)
    world = World(service, identities, clock)
    world.know("navigator", somebody(Role.NAVIGATOR))
    world.know("colleague", somebody(Role.NAVIGATOR))
    world.know("school", somebody(Role.REFERRER, organisation=SCHOOL))
    world.know("system", somebody(Role.PARTNER_SYSTEM))
    world.know("police-system", somebody(Role.PARTNER_SYSTEM, organisation=POLICE))
    world.know("reviewer", somebody(Role.REVIEWER, organisation=PARTNERSHIP, areas=("northside", "riverside")))
    world.know("reviewer-west", somebody(Role.REVIEWER, organisation=PARTNERSHIP, areas=("westborough",)))
    world.know("data-scientist", somebody(Role.DATA_SCIENTIST, organisation=PARTNERSHIP))
    return world


def a_referral(**changes: Any) -> dict[str, Any]:
    """The least that is accepted, with what the test is about."""
    return {
        "young_person": {"age_about": 15},
        "what_happened": ["knife_or_sharp_object"],
        "immediate_danger": "no",
        "contact": {"safe": ["not_known"]},
        "bases": [{"recipient_class": "triage", "basis": "safeguarding"}],
    } | changes
