"""What reaches a service's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from services.platform.service import Service


@contextmanager
def asked_of(service: Service) -> Iterator[list[str]]:
    """The statements, in order. Rows that are written together are one."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    sa.event.listen(service.database.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(service.database.engine, "before_cursor_execute", note)
