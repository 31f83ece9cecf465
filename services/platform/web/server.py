"""The web role: a service's app under gunicorn, behind a proxy that buffers requests.

Never expose gunicorn directly: twenty half-sent bodies occupy every thread it has (the proxy waits for them instead).
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from services.platform.operations import logs
from services.platform.settings import host_and_port
from services.platform.web.worker import Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn makes a file of its own there, and unlinks it)
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    host: str
    port: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        host, port = host_and_port(environ)
        return cls(host=host, port=port)


def serve(service: str, make_app: "Callable[[], WSGIApplication]", settings: WebSettings) -> None:
    """Serves until SIGTERM, then finishes open requests. The app and all its clients are created after the fork."""
    _Server(make_app, options(service, settings)).run()


def options(service: str, settings: WebSettings) -> dict[str, Any]:
    return {
        "bind": f"{settings.host}:{settings.port}",
        "proc_name": f"waymark-{service}",
        # One process, since its counters are its own; scale by containers. The connection pool has a connection for
        # each thread.
        "workers": 1,
        "worker_class": f"{Worker.__module__}.{Worker.__name__}",
        "threads": 8,
        "preload_app": False,
        # A heartbeat between master and worker, not a limit on requests: that is the database's statement timeout.
        "timeout": 30,
        "graceful_timeout": 20,
        # Longer than a proxy keeps an idle connection, so that the proxy closes it.
        "keepalive": 75,
        # Frees leaked memory now and then; while the next process starts, connections wait at the master.
        "max_requests": 100_000,
        "max_requests_jitter": 20_000,
        # Ignores headers that a proxy adds: it passes the host on, and the scheme is a setting.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_IN_MEMORY) if _IN_MEMORY.is_dir() else None,
        "logger_class": _Lines,
        "when_ready": lambda _arbiter: _log.info("listening", service=service, port=settings.port),
    }


class _Server(BaseApplication):
    def __init__(self, make_app: "Callable[[], WSGIApplication]", options: Mapping[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        return self._make_app()


class _Lines(Logger):
    """Logs gunicorn's lines without their message, which may contain a URL: only the location and kind of exception."""

    def setup(self, cfg: object) -> None:
        pass

    def critical(self, msg: object, *args: object, **kwargs: object) -> None:
        _log.critical("web_server", where=_speaker())

    def error(self, msg: object, *args: object, **kwargs: object) -> None:
        _log.error("web_server", where=_speaker())

    def warning(self, msg: object, *args: object, **kwargs: object) -> None:
        _log.warning("web_server", where=_speaker())

    def exception(self, msg: object, *args: object, **kwargs: object) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            logs.failure(error)

    def log(self, lvl: object, msg: object, *args: object, **kwargs: object) -> None:
        pass

    def info(self, msg: object, *args: object, **kwargs: object) -> None:
        pass

    def debug(self, msg: object, *args: object, **kwargs: object) -> None:
        pass


def _speaker() -> str:
    frame = sys._getframe(2)
    return f"gunicorn/{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
