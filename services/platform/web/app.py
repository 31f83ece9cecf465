"""Creates the Flask app of one service: the same request checks apply to every page and operation."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, g, request

from services.platform.audit import api as audit_api
from services.platform.messaging import dead_letter_pages
from services.platform.operations import logs, readiness, tracing
from services.platform.operations.metrics import Metrics
from services.platform.service import Service
from services.platform.ui import flask_app
from services.platform.web import access, api, csrf, current, headers, health, problems, request_guard, unsent
from services.platform.web.rates import Rates

BODY_LIMIT = 64 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def make_app(service: Service) -> Flask:
    """Returns the app of this service: its own routes, audit, dead letters and health."""
    routes, settings = service.routes(), service.settings
    any_host = {*health.paths(service.name), *routes.any_host}
    app = flask_app.WaymarkFlask(service.name, templates=service.templates, any_host=any_host)
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        TRUSTED_HOSTS=list(settings.trusted_hosts or _LOOPBACK),
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
    )
    app.extensions.update(routes.extensions)
    current.install(app, _site(service))
    problems.register(app)
    _observe(app, service.dispatcher.metrics)
    _guard(app)
    for blueprint in (*routes.blueprints, *_of_every_service(service)):
        app.register_blueprint(blueprint)
    api.register(app, service.name, routes.api_blueprints)
    return app


def _site(service: Service) -> current.ServiceContext:
    settings, limits = service.settings, service.settings.rate_limits
    return current.ServiceContext(
        service=service.name,
        dispatcher=service.dispatcher,
        database=service.database,
        identities=service.identities,
        clock=service.clock,
        secret_key=settings.secret_key,
        https=settings.https,
        demonstration=settings.demonstration,
        unsent_text_lifetime=settings.unsent_text_lifetime,
        session_warning=settings.session_warning,
        rates=Rates(service.database, service.tables, limits, service.clock) if limits else None,
        row_security=service.row_policies is not None,
        records=(*service.records, *([dead_letter_pages.known(service.tables)] if service.subscriptions else [])),
        audited_failures_per_minute=settings.audited_failures_per_minute,
    )


def _of_every_service(service: Service) -> list[Blueprint]:
    """A service without subscriptions has no dead letters."""
    checks = {**readiness.checks(service.database, service.tables, service.clock), **service.checks}

    def checks_now() -> Mapping[str, Callable[[], bool]]:
        return {**checks, **service.running}

    dead_letters = [dead_letter_pages.blueprint(service.name, service.tables, service.subscriptions)]
    return [
        audit_api.blueprint(service),
        unsent.blueprint(service.name),
        *(dead_letters if service.subscriptions else ()),
        health.blueprint(
            service.name,
            service.database,
            checks_now,
            service.dispatcher.metrics,
            token=service.settings.metrics_token,
        ),
    ]


def _guard(app: Flask) -> None:
    """The order matters: malformed requests, authentication, CSRF, then "Save for later"."""
    for step in (request_guard.check, access.enforce, csrf.enforce, unsent.leave_if_asked):
        app.before_request(step)
    app.after_request(unsent.delete_sent)
    app.after_request(csrf.set_cookie)
    app.after_request(headers.protect)
    app.teardown_request(_end_reading)


def _end_reading(_error: BaseException | None) -> None:
    """The response is complete: a database failure now must not change it."""
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
        g.tracing.enter_context(logs.of_request(current.service().service, current.correlation_id()))

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
