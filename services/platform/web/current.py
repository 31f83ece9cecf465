"""The request at hand: who asks, when, under which number, and the ways to its service's database."""

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
    """What the app of one service was built with."""

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
    """Who is signed in, or None. Asked once per request. A bearer token is used instead of the cookie, if sent."""
    if "identity" not in g:
        bearer = cookies.bearer(request)
        session = None if bearer is not None else request.cookies.get(cookies.session_name(https=service().https))
        known = bearer is not None or session is not None
        g.identity = service().identities.identify(session=session, bearer=bearer) if known else None
    found: Identity | None = g.identity
    return found


def identity() -> Identity:
    """Who is signed in. Raises Unauthorized when nobody is."""
    found = identity_or_none()
    if found is None:
        raise Unauthorized
    return found


def staff_id() -> UUID:
    return identity().staff_id


def now() -> datetime:
    return service().clock()


def correlation_id() -> UUID:
    """The number of this request: in its log line, its events, its audit rows, and its error page."""
    if "correlation_id" not in g:
        g.correlation_id = uuid4()
    found: UUID = g.correlation_id
    return found


def handle(command: object) -> Any:
    """Run the command as whoever is signed in, in its one transaction. Gives the handler's result."""
    close_reading()
    return service().dispatcher.handle(command, actor=_actor(), correlation_id=correlation_id())


def handle_once(command: object, *, answer: tuple[int, str], key: str | None = None) -> StoredResponse:
    """Run the command unless this caller's request was answered before; then give that answer, `replayed`.

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
    """For a read that must leave an audit row: read with `.connection`, tell `.audit(...)`, then show."""
    close_reading()
    with service().dispatcher.transaction(actor=_actor(), correlation_id=correlation_id()) as opened:
        _tell_reader(opened.connection, at=opened.at)
        yield opened


def reading() -> sa.Connection:
    """A connection for plain reads, closed with the request. `with current.reading() as connection:` works too."""
    connection: sa.Connection | None = g.get("reading")
    if connection is None or connection.closed:
        stack = g.setdefault("reading_stack", ExitStack())
        connection = g.reading = stack.enter_context(service().database.read())
        _tell_reader(connection, at=now())
    return connection


def close_reading() -> None:
    """End the open read, so that what is read after a write sees that write."""
    stack: ExitStack | None = g.pop("reading_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def _tell_reader(connection: sa.Connection, *, at: datetime) -> None:
    if service().row_security:
        row_security.tell(connection, identity_or_none(), at=at)


def _actor() -> UUID | None:
    found = identity_or_none()
    return None if found is None else found.staff_id
