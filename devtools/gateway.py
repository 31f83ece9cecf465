"""One address before all web processes: it takes a request whole, then sends it to the service that its path names."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.middleware.http_proxy import ProxyMiddleware

from services.embedded.paths import ByFirstSegment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SECONDS = 30


def gateway(addresses: Mapping[str, str]) -> "WSGIApplication":
    """To be served by waitress, which waits for the whole body before it calls. Keys are the services' names."""
    apps = {service: _sent_on_to(address) for service, address in addresses.items()}
    return ByFirstSegment(apps, otherwise=apps["accounts"])


def _sent_on_to(address: str) -> "WSGIApplication":
    proxy = ProxyMiddleware(_nowhere, {"/": {"target": address, "host": None}}, timeout=_SECONDS)
    target = proxy.targets["//"]

    def send_on(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return proxy.proxy_to(target, environ["PATH_INFO"], "/")(environ, start_response)

    return send_on


def _nowhere(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("404 Not Found", [])
    return []
