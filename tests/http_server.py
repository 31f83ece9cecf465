"""An app on a loopback port of its own, for what must go over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def serving(app: "WSGIApplication") -> Iterator[str]:
    """Gives the address, without a path."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    # It looks whether it shall stop this often, in seconds; by itself every half second, which every test would wait for.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
