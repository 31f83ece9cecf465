"""A service as built by its composition root: everything that its roles need to run."""

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

if TYPE_CHECKING:  # a worker starts without Flask
    import flask_smorest
    from flask import Blueprint, Flask

Subscriptions = Mapping[type[EventSchema], Callable[[dict[str, Any]], object | None]]
"""Maps an event, in its newest version, to its command; None if the service ignores the event."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """A service's routes in addition to those of every service. Blueprints have complete prefixes (`/intake`)."""

    blueprints: "Sequence[Blueprint]" = ()
    api_blueprints: "Sequence[flask_smorest.Blueprint]" = ()
    """API operations, `/intake/api/v1`."""
    any_host: Sequence[str] = ()
    """Paths that only machines call, by whatever host name they use for this process."""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    """Objects that its pages look up in Flask's `app.extensions`."""


@dataclass(frozen=True, kw_only=True)
class KnownRecord:
    """A kind of record whose refusals are audited."""

    argument: str
    """The name of the record's id in its URL rules: `review_id`."""
    subject_type: str
    id: sa.Column[Any]
    missing: type[NotFound]
    """Raised when the record does not exist or the caller may not see it."""
    parameter: str | None = None
    """The name of the record's id in a query or a form, if any."""


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
    """Imports the web parts on first use only: a worker starts without them."""
    templates: Path | None = None
    row_policies: RowPolicies | None = None
    """Row policies on PostgreSQL, in addition to the conditions of the queries."""
    subscriptions: Subscriptions = field(default_factory=dict)
    batch_size: int = 1
    """Number of events of a poll in one transaction; after a failure they run one by one.

    On SQLite other writers wait for it.
    """
    audit_ids: Callable[[sa.Connection, str], Collection[str]] = lambda _connection, _text: ()
    """For a referral's reference or id: the ids under which this service's audit rows refer to it."""
    audit_references: Callable[[sa.Connection, Collection[UUID]], Mapping[UUID, str]] = lambda _connection, _ids: {}
    """By id in its audit rows, the reference of the referral that the id belongs to; other ids are omitted."""
    records: Sequence[KnownRecord] = ()
    """Records whose refused reads are audited."""
    clock: Clock = system_clock
    housekeeping: tuple[Callable[[sa.Connection, datetime], object], ...] = ()
    """Additional hourly purges of the service."""
    reconcile: tuple[object, ...] = ()
    """Commands that a worker runs every half minute to find and repair what lags behind.

    Each returns the number of its repairs and runs again immediately until that is 0.
    """
    checks: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    """Readiness checks by name: false is degraded, not dead."""
    running: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """Readiness checks of this process's worker, if it has one: whether each thread works."""
    gauges: Sequence[DatabaseGauge] = ()
    """a tenth of the start-up time"""

    def __post_init__(self) -> None:
        gauges = (*of_every_service(self.tables), *self.gauges)
        self.dispatcher.metrics.register_gauges(self.database, self.clock, gauges)

    @cached_property
    def app(self) -> "Flask":
        """The Flask app, created on first use. Creating it does not connect to anything."""
        from services.platform.web.app import make_app

        return make_app(self)
