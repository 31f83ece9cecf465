"""Log lines: one JSON object each, of listed keys only, so that no value of a person's can slip in."""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

KEYS = frozenset(
    {
        "event", "level", "timestamp", "service", "request_id", "method", "route", "status", "milliseconds",
        "staff_id", "error", "where", "count", "topic", "partition", "position", "event_id", "event_type", "correlation_id",
        "model", "model_version", "reason_code", "port", "version", "step",
    }
)  # fmt: skip
_FRAMES = 5

_log = structlog.get_logger()


def configure(*, stream: Any = None) -> None:
    """Write this process's lines to `stream` (standard error). Called by a process's entry, never at import."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_listed_keys,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_listed_keys(_logger: object, _name: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop whatever is not listed. The event itself must be a constant of the code, so it is kept."""
    return {key: value for key, value in line.items() if key in KEYS}


def failure(error: BaseException) -> None:
    """One line of a fault of ours: its kind and where it arose, never its message, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in reversed(frames))
    _log.error("failure", error=f"{type(error).__module__}.{type(error).__qualname__}", where=where)


def access(*, method: str, route: str, status: int, milliseconds: float, staff_id: str | None) -> None:
    """One line per request. The route is the rule, never the address: an address may hold what was searched."""
    _log.info(
        "request", method=method, route=route, status=status, milliseconds=round(milliseconds, 1), staff_id=staff_id
    )
