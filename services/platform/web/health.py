"""Liveness and readiness for a supervisor, and metrics protected by a token."""

import hashlib
import hmac
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from services.platform.db.engine import Database
from services.platform.operations import log_stream, logs
from services.platform.operations.metrics import Metrics
from services.platform.web import access, cookies


def paths(service: str) -> tuple[str, ...]:
    return (f"/{service}/health/live", f"/{service}/health/ready", f"/{service}/metrics")


def blueprint(
    service: str,
    database: Database,
    checks: Callable[[], Mapping[str, Callable[[], bool]]],
    metrics: Metrics,
    token: str | None,
) -> Blueprint:
    """`checks` is read at each request: a worker that starts in this process later adds its own.

    Without a `token` the metrics are disabled. They name a failed check; a probe gets the status only.
    """
    pages = Blueprint("health", __name__, url_prefix=f"/{service}")
    metrics.register_gauge(
        "waymark_check",
        "1 while this check of /health/ready holds, 0 while it does not.",
        ("check",),
        lambda: {(name,): float(_holds(check)) for name, check in checks().items()},
    )
    metrics.register_gauge(
        "waymark_log_lines_lost",
        "Log lines that this process could not write.",
        (),
        lambda: {(): float(log_stream.lost())},
    )

    @pages.get("/health/live")
    @access.public
    def live() -> Response:
        return jsonify({"status": "live"})

    @pages.get("/health/ready")
    @access.public
    def ready() -> Response:
        """503 without the database or without disk space; a failed check degrades."""
        if not _answers(database):
            return _not_ready("unavailable", "The database does not answer.")
        if database.is_full:
            return _not_ready("storage-full", "There is no storage space left.")
        results = [_holds(check) for check in checks().values()]
        return jsonify({"status": "ready" if all(results) else "degraded"})

    @pages.get("/metrics")
    @access.public
    def counters() -> Response:
        """Raises NotFound without the token, as if there were no metrics."""
        if not _has_token(token):
            raise NotFound
        try:
            return Response(metrics.text(), mimetype="text/plain")
        except sa.exc.SQLAlchemyError as error:
            logs.failure(error)
            return _not_ready("unavailable", "The database does not answer.")

    return pages


def _has_token(token: str | None) -> bool:
    sent = cookies.bearer(request)
    return token is not None and bool(sent) and hmac.compare_digest(_digest(str(sent)), _digest(token))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _answers(database: Database) -> bool:
    try:
        with database.read() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        logs.failure(error)
        return False
    return True


def _not_ready(urn: str, title: str) -> Response:
    """In English: a machine reads it."""
    response = jsonify({"type": f"urn:waymark:problem:{urn}", "title": title, "status": 503})
    response.status_code = 503
    response.mimetype = "application/problem+json"
    return response


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:
        logs.failure(error)
        return False
