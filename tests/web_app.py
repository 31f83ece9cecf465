"""A small service with a page, a form and operations, to test the door of every service with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, jsonify, render_template_string, request
from flask.typing import ResponseReturnValue
from marshmallow import fields as plain

from services.contracts.codes import OrganisationClass, Role, Sureness
from services.platform.auth.identity import Identity
from services.platform.clock import Clock
from services.platform.db.engine import Database
from services.platform.db.tables import new_metadata, platform_tables
from services.platform.db.transaction import Transaction
from services.platform.dispatcher import Dispatcher
from services.platform.errors import FieldError, Forbidden, Invalid, NotFound
from services.platform.service import Routes, Service
from services.platform.settings import RateLimits, Settings
from services.platform.ui import static_files
from services.platform.ui.forms import Form
from services.platform.web import access, current, etag, fields, idempotency, paging, request_guard
from services.platform.web.api import ApiBlueprint

METRICS_TOKEN = "the token of the figures, in this test"  # pragma: allowlist secret
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

metadata = new_metadata()
tables = platform_tables(metadata)
things = sa.Table("things", metadata, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("name", sa.String(100)))


def an_identity(*roles: Role, name: str = "Noor Navigator") -> Identity:
    return Identity(
        staff_id=uuid4(),
        display_name=name,
        organisation_id=uuid4(),
        organisation_name="Anytown General Hospital",
        organisation_class=OrganisationClass.HEALTH,
        roles=frozenset(roles),
        session_id=str(uuid4()),
    )


@dataclass
class FakeIdentities:
    """Who holds which secret, as a dictionary."""

    sessions: dict[str, Identity] = field(default_factory=dict)
    bearers: dict[str, Identity] = field(default_factory=dict)

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return self.bearers.get(bearer) if bearer is not None else self.sessions.get(session or "")


@dataclass(frozen=True)
class MakeThing:
    thing_id: UUID
    name: str


def make_thing(command: MakeThing, transaction: Transaction) -> None:
    transaction.connection.execute(sa.insert(things).values(id=command.thing_id, name=command.name))


class AboutSchema(fields.StrictSchema):
    born = fields.StrictDate(ask="Enter the date of birth")
    sure = fields.StrictCode(Sureness, ask="Select how sure you are")


class RowSchema(fields.StrictSchema):
    kind = fields.StrictCode(Sureness, required=True)
    text = fields.StrictString(maximum=20, required=True, ask="Enter the text of this row")


class ThingSchema(fields.StrictSchema):
    read_only = ("id", "score")
    name = fields.PersonName(required=True, ask="Enter a name")
    age = fields.StrictInteger(minimum=0, maximum=120)
    told = fields.StrictBoolean()
    notes = fields.StrictString(maximum=200, lines=True)
    codes = fields.StrictList(fields.StrictCode(Sureness), maximum=3, unique=True)
    about = plain.Nested(AboutSchema)
    rows = fields.StrictList(plain.Nested(RowSchema), maximum=3)


PAGE = """{% extends "platform/base.html" %}
{% from "platform/forms.html" import text_input, text_area, date_input, radios, checkboxes, button %}
{% block title %}{{ _("Thing") }}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">{{ _("Thing") }}</h1>
<form method="post" novalidate>{{ csrf_field() }}
{{ text_input(form, "name", "Name") }}{{ text_input(form, "age", "Age") }}{{ text_area(form, "notes", "Notes", maximum=200) }}
{{ date_input(form, "about.born", "Date of birth") }}
{{ radios(form, "about.sure", "How sure?", [{"value": "very", "text": "Very"}, {"value": "not_sure", "text": "Not"}]) }}
{{ checkboxes(form, "codes", "Which?", [{"value": "very", "text": "Very"}, {"value": "not_sure", "text": "Not"}]) }}
{{ button("Send") }}</form>{% endblock %}"""

pages = Blueprint("pages", __name__, url_prefix="/toy")


@pages.get("/thing")
@access.requires(Role.NAVIGATOR)
def ask() -> ResponseReturnValue:
    return render_template_string(PAGE, form=Form(ThingSchema()))


@pages.post("/thing")
@access.requires(Role.NAVIGATOR)
def send() -> ResponseReturnValue:
    form = Form.received(ThingSchema(), request.form)
    if form.is_valid and form.data["name"] == "Refused":
        form.reject(Invalid(errors=[FieldError("/about/born", "Enter an earlier date")]))
    return render_template_string(PAGE, form=form), form.status


@pages.get("/fails")
@access.public
def fails() -> ResponseReturnValue:
    raise ValueError("canary-value")


@pages.get("/hidden/<uuid:thing_id>")
@access.signed_in
def hidden(thing_id: UUID) -> ResponseReturnValue:
    raise NotFound


@pages.get("/number/<int:number>")
@access.public
def number(number: int) -> ResponseReturnValue:
    return str(number)


@pages.get("/refused")
@access.signed_in
def refused() -> ResponseReturnValue:
    raise Forbidden("Plain words.")


api = ApiBlueprint("things_api", __name__, url_prefix="/toy/api/v1")


@api.route("/things", methods=["POST"])
@access.requires(Role.NAVIGATOR, Role.PARTNER_SYSTEM)
@api.arguments(ThingSchema, example={"name": "Sam"})
@api.response(202)
def create(body: dict[str, Any]) -> Response:
    command = MakeThing(uuid4(), body["name"])
    answer = current.handle_once(command, answer=(202, f"/toy/api/v1/things/{command.thing_id}"))
    return idempotency.respond(answer)


class ListQuery(fields.StrictSchema):
    limit = plain.String()
    cursor = plain.String()


@api.route("/things")
@access.signed_in
@api.arguments(ListQuery, location="query")
def list_things(_query: Mapping[str, str]) -> Response:
    page = paging.requested(usual=2)
    names = ["a", "b", "c", "d", "e"]
    rows = [name for name in names if page.after is None or name > str(page.after[0])][: page.limit + 1]
    shown = paging.paged(rows, page, [(name,) for name in rows])
    return jsonify({"items": shown.items, "next": shown.next_cursor})


@api.route("/things/<uuid:thing_id>", methods=["PUT"])
@access.signed_in
def change(thing_id: UUID) -> Response:
    etag.require(3)
    return etag.put(jsonify({"id": str(thing_id)}), 4)


@api.route("/large", methods=["POST"])
@access.signed_in
@request_guard.body_limit(200_000)
@api.arguments(ThingSchema)
def large(_body: dict[str, Any]) -> Response:
    return jsonify({})


@api.route("/fails")
@access.public
def api_fails() -> Response:
    raise ValueError("canary-value")


def an_app(
    url: str,
    identities: FakeIdentities,
    *,
    https: bool = False,
    extra: Blueprint | None = None,
    rate_limits: RateLimits | None = None,
    clock: Clock = lambda: NOW,
    metrics_token: str | None = METRICS_TOKEN,
) -> Flask:
    database = Database(url)
    with database.write() as connection:
        metadata.create_all(connection)
    service = Service(
        name="toy",
        settings=Settings(
            database_url=url,
            secret_key=b"k" * 32,
            https=https,
            rate_limits=rate_limits,
            metrics_token=metrics_token,
        ),
        identities=identities,
        database=database,
        metadata=metadata,
        tables=tables,
        dispatcher=Dispatcher(
            service="toy",
            database=database,
            tables=tables,
            unit_of_work=lambda transaction: transaction,
            handlers={MakeThing: make_thing},
            clock=clock,
        ),
        migrations=Path("migrations"),
        clock=clock,
        templates=Path(__file__).parent,
        routes=lambda: Routes(
            blueprints=[pages, static_files.blueprint, *([extra] if extra else [])], api_blueprints=[api]
        ),
        checks={"always": lambda: True},
    )
    return service.app
