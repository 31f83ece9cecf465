"""Makes the Flask app of one service: the same rules of the door for every page and every operation."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import flask_smorest
import sqlalchemy as sa
from flask import Blueprint, Flask, Response, g, request

from services.kernel.auth.identity import IdentityPort
from services.kernel.clock import Clock, system_clock
from services.kernel.db.engine import Database
from services.kernel.dispatcher import Dispatcher
from services.kernel.observability import logs, standing, tracing
from services.kernel.observability.metrics import Metrics
from services.kernel.settings import Settings
from services.kernel.ui import frame
from services.kernel.web import access, api, csrf, current, door, headers, health, problems
from services.kernel.web.rates import Rates

BODY_LIMIT = 64 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def make_app(
    *,
    service: str,
    dispatcher: Dispatcher,
    database: Database,
    identities: IdentityPort,
    settings: Settings,
    clock: Clock = system_clock,
    templates: Path | None = None,
    blueprints: Sequence[Blueprint] = (),
    api_blueprints: Sequence[flask_smorest.Blueprint] = (),
    checks: Mapping[str, Callable[[], bool]] | None = None,
    any_host: Sequence[str] = (),
    row_security: bool = False,
) -> Flask:
    """The app. Blueprints carry their whole prefix (`/intake`, `/intake/api/v1`).

    `checks` are told by /<service>/health/ready: one that is false means degraded, not dead. `any_host` are paths
    that only machines ask for, by whatever name or number they know this process. `row_security` is true where the
    tables have policies that go by who reads.
    """
    app = frame.PageApp(service, templates=templates, any_host={*health.paths(service), *any_host})
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        TRUSTED_HOSTS=list(settings.trusted_hosts or _LOOPBACK),
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
    )
    current.install(
        app,
        current.Site(
            service=service,
            dispatcher=dispatcher,
            database=database,
            identities=identities,
            clock=clock,
            secret_key=settings.secret_key,
            https=settings.https,
            demonstration=settings.demonstration,
            rates=Rates(database, dispatcher.tables, limits, clock) if (limits := settings.rate_limits) else None,
            row_security=row_security,
        ),
    )
    problems.register(app)
    metrics = dispatcher.metrics
    standing_checks = {**standing.checks(database, dispatcher.tables, clock), **(checks or {})}
    _observe(app, metrics)
    _guard(app)
    for blueprint in (*blueprints, health.blueprint(service, database, standing_checks, metrics)):
        app.register_blueprint(blueprint)
    api.register(app, service, api_blueprints)
    return app


def _guard(app: Flask) -> None:
    """The order is meant: what is no request of ours, then who asks, then whether their own page sent it."""
    for step in (door.check, access.enforce, csrf.enforce):
        app.before_request(step)
    app.after_request(csrf.keep)
    app.after_request(headers.protect)
    app.teardown_request(_end_reading)


def _end_reading(_error: BaseException | None) -> None:
    """The answer is made: a database that dies now takes nothing from it."""
    try:
        current.close_reading()
    except sa.exc.DBAPIError as error:
        logs.failure(error)


def _observe(app: Flask, metrics: Metrics) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.tracing = ExitStack()
        g.span = g.tracing.enter_context(tracing.request(current.correlation_id()))

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "none"
        metrics.request(method=request.method, route=route, status=response.status_code, seconds=seconds)
        known = g.get("identity")
        method = request.method if request.url_rule else "any"
        tracing.answered(g.span, method=method, route=route, status=response.status_code)
        logs.access(
            method=method,
            route=route,
            status=response.status_code,
            milliseconds=seconds * 1000,
            staff_id=str(known.staff_id) if known else None,
        )
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        if "tracing" in g:
            g.tracing.close()
