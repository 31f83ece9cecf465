"""A service's tables as its revisions make them: run once for each kind of database, then only what they said to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from devtools.postgresql import Addresses, Cluster
from services.platform.db import grants, migrate
from services.platform.service import Service

_Said = list[tuple[str, Any]]

_said: dict[tuple[str, str], _Said] = {}
_ASKS = ("SELECT", "SHOW", "PRAGMA", "BEGIN", "COMMIT")


def make_tables(service: Service) -> None:
    """Bring an empty database to the newest revision, for a tenth of what the revisions themselves cost.

    A test of revisions runs `migrate.upgrade` instead.
    """
    kind = (service.name, service.database.engine.dialect.name)
    if kind not in _said:
        with _heard(service.database.engine) as said:
            migrate.upgrade(service)
        _said[kind] = said
        return
    with service.database.write() as connection:
        for statement, parameters in _said[kind]:
            connection.exec_driver_sql(statement, parameters or None)


def owned_by_another(cluster: Cluster, name: str, build: Callable[[str], Service]) -> Addresses:
    """A service's schema as operators make it: the role that reads and writes owns nothing, so policies hold it."""
    made = cluster.provisioned([name])[name]
    owner = build(made.owner)
    migrate.upgrade(owner)
    grants.give(owner, name)
    owner.database.close()
    return made


@contextmanager
def _heard(engine: sa.Engine) -> Iterator[_Said]:
    """The statements that change something, as the driver is given them."""
    said: _Said = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.lstrip().upper().startswith(_ASKS):
            said.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)
