"""Serves a system on one loopback port until a signal stops it."""

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import waitress

from services.embedded.system import System
from services.platform.errors import ApplicationError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
PORT = 8000

_THREADS = 8
_LARGEST_BODY = 8 * 1024 * 1024  # a service's own limit is lower, and has its own message
_LARGEST_HEADERS = 64 * 1024


class PortTaken(ApplicationError):
    """Another program listens on the port."""


def listen(app: "WSGIApplication", *, port: int) -> Any:
    """Returns a web server that holds the port and serves once `run` is called. Raises PortTaken."""
    try:
        return waitress.create_server(
            app,
            host=HOST,
            port=port,
            threads=_THREADS,
            ident=None,
            max_request_body_size=_LARGEST_BODY,
            # Bodies stay in memory: a temporary file would need disk space before a service could respond.
            inbuf_overflow=_LARGEST_BODY + 1,
            max_request_header_size=_LARGEST_HEADERS,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise PortTaken(f"Port {port} is taken: stop what listens there, or name another: --port {port + 1}") from error


def serve(system: System, *, port: int = PORT, ready: Callable[[], None] = lambda: None) -> None:
    """Runs workers and web server until SIGTERM or Ctrl-C, then finishes what has begun. Raises PortTaken."""
    server = listen(system.app, port=port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    system.start()
    try:
        ready()
        server.run()  # returns on KeyboardInterrupt, after the open requests
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        system.stop()
        system.close()
