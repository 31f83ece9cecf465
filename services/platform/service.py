"""A service as its composition root has built it: everything that a role of it needs to run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.schema import EventSchema
from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.db.row_security import RowPolicies
from services.platform.db.tables import PlatformTables
from services.platform.dispatcher import Dispatcher
from services.platform.errors import NotFound
from services.platform.operations.gauges import of_every_service
from services.platform.operations.metrics import DatabaseGauge
from services.platform.settings import Settings

if TYPE_CHECKING:  # a worker starts without them
    import flask_smorest
    from flask import Blueprint, Flask

Subscriptions = Mapping[type[EventSchema], Callable[[dict[str, Any]], object | None]]
"""Event, in its newest version → the command it gives; None when this event asks nothing of us."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """What a service answers beside what every service does. Blueprints carry their whole prefix (`/intake`)."""

    blueprints: "Sequence[Blueprint]" = ()
    api_blueprints: "Sequence[flask_smorest.Blueprint]" = ()
    """Operations, `/intake/api/v1`."""
    any_host: Sequence[str] = ()
    """Paths that only machines ask for, by whatever name or number they know this process."""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    """What its pages look up in Flask's `app.extensions`."""


@dataclass(frozen=True, kw_only=True)
class KnownRecord:
    """A kind of record whose refusals are audited."""

    argument: str
    """What the rules of its addresses call its id: `review_id`."""
    subject_type: str
    id: sa.Column[Any]
    missing: type[NotFound]
    """Raised when the record does not exist or the caller may not know of it."""
    parameter: str | None = None
    """What a query or a form calls its id, where one names it."""


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    settings: Settings
    identities: IdentityPort
    database: Database
    metadata: sa.MetaData
    tables: PlatformTables
    dispatcher: Dispatcher
    migrations: Path
    routes: Callable[[], Routes]
    """Imports what serves people only when it is called: a worker starts without it."""
    templates: Path | None = None
    row_policies: RowPolicies | None = None
    """What the tables show to whom, on PostgreSQL, behind the conditions of the queries."""
    subscriptions: Subscriptions = field(default_factory=dict)
    batch_size: int = 1
    """How many events of a poll share a transaction; when it fails, they go one by one. SQLite's writers wait for it."""
    audit_ids: Callable[[sa.Connection, str], Collection[str]] = lambda _connection, _text: ()
    """For a referral's reference or id: the ids by which this service's audit rows speak of it."""
    audit_references: Callable[[sa.Connection, Collection[UUID]], Mapping[UUID, str]] = lambda _connection, _ids: {}
    """By id of its audit rows, the reference of the referral that the id belongs to; others are left out."""
    records: Sequence[KnownRecord] = ()
    """Those that the audit tells of when somebody asks for one that they may not know."""
    clock: Clock = system_clock
    housekeeping: tuple[Callable[[sa.Connection, datetime], object], ...] = ()
    """What is done every hour, beside the platform's own: forgetting what is past its time."""
    reconcile: tuple[object, ...] = ()
    """Commands that a worker gives every half minute: find what lags behind, and mend it. Each tells how much it did,
    and is given again at once until it did nothing."""
    checks: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    """What readiness tells of, by name: false is degraded, not dead."""
    running: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """The same of a worker of this process, while there is one: whether each of its threads works."""
    gauges: Sequence[DatabaseGauge] = ()
    """What it tells Prometheus beside the figures of every service."""

    def __post_init__(self) -> None:
        gauges = (*of_every_service(self.tables), *self.gauges)
        self.dispatcher.metrics.register_gauges(self.database, self.clock, gauges)

    @cached_property
    def app(self) -> "Flask":
        """Its pages and operations, made when first asked for. Nothing is opened by making it."""
        from services.platform.web.app import make_app

        return make_app(self)
