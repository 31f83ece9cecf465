"""Log lines: one JSON object each, with listed keys only, so that personal data cannot enter.

A line that cannot be written is counted and dropped: a failing log does not fail the work.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from services.platform.db.transient import sqlstate
from services.platform.operations.log_stream import Lines, unbuffered

KEYS = frozenset(
    {
        "event", "level", "timestamp", "service", "method", "route", "status", "milliseconds",
        "staff_id", "error", "cause", "sqlstate", "where", "count", "topic", "partition", "partitions", "position",
        "event_id", "event_type", "correlation_id", "model", "model_version", "reason_code", "port", "version", "step",
    }
)  # fmt: skip
_OF_OURS = 8
_OF_LIBRARIES = 2
_CAUSES = 3
_ROOT = Path(__file__).parents[3]
_EVENT_KEYS = ("event_id", "event_type", "correlation_id")

_log = structlog.get_logger()


def configure(*, stream: Any = None, service: str | None = None) -> None:
    """Configures the log of this process (default: standard error). Called by a process's entry point, never at import.

    In a process of one service, each line names it; in a process of several, lines of a request, event or worker do.
    """

    def name_service(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return line if service is None else {"service": service, **line}

    lines = Lines(stream or unbuffered(sys.stderr), report=lambda count: _log.warning("log_lines_lost", count=count))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            name_service,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_listed_keys,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    _take_over_libraries()


def only_listed_keys(_logger: object, _name: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drops keys that are not listed. The event itself must be a constant of the code, so it stays."""
    return {key: value for key, value in line.items() if key in KEYS}


def failure(error: BaseException, event: str = "failure") -> None:
    """Logs one line for a fault: its kind and location, never its message, which may contain personal data."""
    _log.error(event, **described(error))


def described(error: BaseException) -> dict[str, str]:
    """Returns what a line may contain about a fault."""
    causes = [_kind(cause) for cause in _causes(error)]
    return {
        "error": _kind(error),
        "where": " < ".join(_frames(error)),
        **({"cause": " < ".join(causes)} if causes else {}),
        **({"sqlstate": state} if (state := sqlstate(error)) else {}),
    }


def of_request(service: str, correlation_id: object) -> AbstractContextManager[None]:
    """Adds the service and the request to each line of this thread within the context."""
    return structlog.contextvars.bound_contextvars(service=service, correlation_id=str(correlation_id))


def correlation_id() -> UUID | None:
    """Returns the correlation id of the request or event that this thread handles, if any."""
    found = structlog.contextvars.get_contextvars().get("correlation_id")
    return UUID(found) if found else None


def of_event(event_id: object, event_type: str, correlation_id: object) -> AbstractContextManager[None]:
    """Adds this event to each line of this thread within the context."""
    return structlog.contextvars.bound_contextvars(**_ids(event_id, event_type, correlation_id))


def handling(event_id: object, event_type: str, correlation_id: object) -> None:
    """Adds this event to each following line of this thread."""
    structlog.contextvars.bind_contextvars(**_ids(event_id, event_type, correlation_id))


def handled() -> None:
    """Removes the event from the following lines."""
    structlog.contextvars.unbind_contextvars(*_EVENT_KEYS)


def access(*, method: str, route: str, status: int, milliseconds: float, staff_id: str | None) -> None:
    """Logs one line per request. The route is the rule, never the URL, which may contain search terms."""
    _log.info(
        "request", method=method, route=route, status=status, milliseconds=round(milliseconds, 1), staff_id=staff_id
    )


def _ids(*values: object) -> dict[str, str]:
    return dict(zip(_EVENT_KEYS, map(str, values), strict=True))


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Returns the exceptions that led to this one: its cause or context."""
    for _ in range(_CAUSES):
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            return
        yield cause
        error = cause


def _frames(error: BaseException) -> list[str]:
    """Returns the location of the error, innermost first: our own frames and the last frames of libraries."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    ours = theirs = 0
    shown = []
    for frame in reversed(frames):
        path = Path(frame.filename)
        own = path.is_relative_to(_ROOT) and "site-packages" not in path.parts
        ours, theirs = ours + own, theirs + (not own)
        if ours <= _OF_OURS if own else theirs <= _OF_LIBRARIES:
            name = path.relative_to(_ROOT) if own else Path(*path.parts[-2:])
            shown.append(f"{name}:{frame.lineno}:{frame.name}")
    return shown


class _OfLibraries(logging.Handler):
    """Logs a library's line without its message, which may contain personal data: only the logger and the kind of
    exception."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = f"{record.name}/{record.filename}:{record.lineno}:{record.funcName}"
        about = described(error) | {"where": where} if error else {"where": where}
        (_log.error if record.levelno >= logging.ERROR else _log.warning)("library", **about)


def _take_over_libraries() -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _OfLibraries)]:
        root.removeHandler(handler)
    root.addHandler(_OfLibraries(logging.WARNING))
