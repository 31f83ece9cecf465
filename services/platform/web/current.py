"""The current request: caller, time, correlation id and access to the service's database."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask, current_app, g, request
from werkzeug.exceptions import Unauthorized

from services.platform.auth.identity import Identity, IdentityPort
from services.platform.clock import Clock
from services.platform.db import row_security
from services.platform.db.engine import Database
from services.platform.db.idempotency import IdempotentRequest, StoredResponse
from services.platform.db.transaction import Transaction
from services.platform.dispatcher import Dispatcher
from services.platform.web import cookies, idempotency
from services.platform.web.rates import Rates

if TYPE_CHECKING:
    from services.platform.service import KnownRecord

_KEY = "waymark"


@dataclass(frozen=True, kw_only=True)
class ServiceContext:
    """The objects with which the app of one service was built."""

    service: str
    dispatcher: Dispatcher
    database: Database
    identities: IdentityPort
    clock: Clock
    secret_key: bytes
    https: bool
    demonstration: bool
    unsent_text_lifetime: timedelta
    session_warning: timedelta
    rates: Rates | None = None
    row_security: bool = False
    records: "Sequence[KnownRecord]" = ()
    audited_failures_per_minute: int = 30


def install(app: Flask, context: ServiceContext) -> None:
    app.extensions[_KEY] = context


def site_of(app: Flask) -> ServiceContext:
    found: ServiceContext = app.extensions[_KEY]
    return found


def service() -> ServiceContext:
    return site_of(current_app)


def identity_or_none() -> Identity | None:
    """Returns the signed-in identity, or None. Resolved once per request. A bearer token has priority over the cookie."""
    if "identity" not in g:
        bearer = cookies.bearer(request)
        session = None if bearer is not None else request.cookies.get(cookies.session_name(https=service().https))
        known = bearer is not None or session is not None
        g.identity = service().identities.identify(session=session, bearer=bearer) if known else None
    found: Identity | None = g.identity
    return found


def identity() -> Identity:
    """Returns the signed-in identity. Raises Unauthorized if there is none."""
    found = identity_or_none()
    if found is None:
        raise Unauthorized
    return found


def staff_id() -> UUID:
    return identity().staff_id


def now() -> datetime:
    return service().clock()


def correlation_id() -> UUID:
    """The id of this request in its log line, its events, its audit rows and its error page."""
    if "correlation_id" not in g:
        g.correlation_id = uuid4()
    found: UUID = g.correlation_id
    return found


def handle(command: object) -> Any:
    """Runs the command as the signed-in account in one transaction. Returns the handler's result."""
    close_reading()
    return service().dispatcher.handle(command, actor=_actor(), correlation_id=correlation_id())


def handle_once(command: object, *, answer: tuple[int, str], key: str | None = None) -> StoredResponse:
    """Runs the command, or returns the stored response, marked `replayed`, if this request was handled before.

    The key is the Idempotency-Key of an API call; a form passes its own. `answer` is the status and Location. Raises
    KeyMissing, KeyUnusable (400) or KeyReused (409).
    """
    close_reading()
    request_once = IdempotentRequest(
        scope=idempotency.scope(staff_id()),
        key=idempotency.key() if key is None else idempotency.checked(key),
        body_sha256=idempotency.body_digest(),
        answer=answer,
    )
    found: StoredResponse = service().dispatcher.handle(
        command, actor=_actor(), correlation_id=correlation_id(), request=request_once
    )
    return found


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Opens a transaction for an audited read: read with `.connection`, record with `.audit(...)`, then show."""
    close_reading()
    with service().dispatcher.transaction(actor=_actor(), correlation_id=correlation_id()) as opened:
        _tell_reader(opened.connection, at=opened.at)
        yield opened


def reading() -> sa.Connection:
    """Returns a connection for unaudited reads, closed with the request.

    `with current.reading() as connection:` works too.
    """
    connection: sa.Connection | None = g.get("reading")
    if connection is None or connection.closed:
        stack = g.setdefault("reading_stack", ExitStack())
        connection = g.reading = stack.enter_context(service().database.read())
        _tell_reader(connection, at=now())
    return connection


def close_reading() -> None:
    """Ends the open read, so that a read after a write sees that write."""
    stack: ExitStack | None = g.pop("reading_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def _tell_reader(connection: sa.Connection, *, at: datetime) -> None:
    if service().row_security:
        row_security.set_viewer(connection, identity_or_none(), at=at)


def _actor() -> UUID | None:
    found = identity_or_none()
    return None if found is None else found.staff_id
