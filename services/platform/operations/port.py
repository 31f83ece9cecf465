"""A worker's own port: liveness, readiness and metrics."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from flask import Flask

from services.platform.operations import logs, readiness
from services.platform.service import Service
from services.platform.web import health


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The library prints errors that may contain personal data, and its thread ends if printing fails."""
        error = sys.exc_info()[1]
        if error is not None:
            logs.failure(error)


class _Handler(WSGIRequestHandler):
    timeout = 5.0  # seconds of silence

    def log_message(self, format: str, *args: object) -> None:
        """Does nothing: probes every few seconds are not logged."""


class _App(Flask):
    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        with logs.of_request(self.name, uuid4()):
            return super().wsgi_app(environ, start_response)

    def log_exception(self, exc_info: Any) -> None:
        logs.failure(exc_info[1])


@contextmanager
def opened(service: Service, checks: Mapping[str, Callable[[], bool]], *, host: str, port: int) -> Iterator[None]:
    """Serves the port in its own threads within the context. Paths are those of the service's web process."""
    fixed = {**readiness.checks(service.database, service.tables, service.clock), **service.checks, **checks}

    def checks_now() -> Mapping[str, Callable[[], bool]]:
        return {**fixed, **service.running}

    app = _App(service.name)
    app.register_blueprint(
        health.blueprint(
            service.name,
            service.database,
            checks_now,
            service.dispatcher.metrics,
            token=service.settings.metrics_token,
        )
    )
    with _Server((host, port), _Handler) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, name=f"{service.name}-health", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
