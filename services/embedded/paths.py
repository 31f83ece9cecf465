"""One host, several services: the first segment of a request's path selects the service."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ByFirstSegment:
    """The path stays complete, so that a service's addresses are the same here and behind a proxy."""

    def __init__(self, apps: "Mapping[str, WSGIApplication]", *, otherwise: "WSGIApplication") -> None:
        self._apps = apps
        self._otherwise = otherwise

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        return self._apps.get(first, self._otherwise)(environ, start_response)
