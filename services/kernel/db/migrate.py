"""Brings a service's database to the newest revision, and writes new revisions from its tables."""

import re
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
import structlog
from alembic import autogenerate
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.kernel.service import Service

_log = structlog.get_logger()


class Standing(Enum):
    """Where a database stands to this code."""

    BEHIND = auto()
    CURRENT = auto()
    AHEAD = auto()
    """A later release has been here: its revisions only added, so this code still works (`docs/database.md`)."""


def standing(service: Service) -> Standing:
    """By the numbers of the revisions."""
    with service.database.read() as connection:
        held = MigrationContext.configure(connection).get_current_revision()
    head = _script(service).get_current_head()
    if held == head:
        return Standing.CURRENT
    return Standing.AHEAD if int(held or 0) > int(head or 0) else Standing.BEHIND


def upgrade(service: Service) -> None:
    """Run the revisions that this database has not had, in one transaction. A database that is ahead is left alone."""
    if standing(service) is Standing.AHEAD:
        _log.warning("database_is_ahead", service=service.name)
        return
    script = _script(service)

    def revisions(current: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", current)

    _run(service, script, revisions)


def differences(service: Service) -> list[Any]:
    """What the tables in the code have that the database has not, or the other way round."""
    with service.database.read() as connection:
        return list(autogenerate.compare_metadata(_context(service, connection), service.metadata))


def is_ready(service: Service) -> bool:
    """Whether this code finds all that it needs in the database."""
    found = standing(service)
    return found is Standing.AHEAD or (found is Standing.CURRENT and not differences(service))


def write_revision(service: Service, message: str) -> Path:
    """Write the revision that takes this database, now at head, to the tables in the code. Gives its file."""
    with service.database.read() as connection:
        wanted = autogenerate.produce_migrations(_context(service, connection), service.metadata)
    directory = _script(service)
    down = directory.get_current_head()
    revision = f"{int(down or 0) + 1:04d}"
    path = service.migrations / "versions" / f"{revision}_{re.sub('[^a-z0-9]+', '_', message.lower()).strip('_')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _REVISION.format(
            message=message,
            revision=revision,
            down=f'"{down}"' if down else None,
            upgrades=_code(wanted.upgrade_ops),
            downgrades=_code(wanted.downgrade_ops),
        ),
        encoding="utf-8",
    )
    return path


_REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from services.kernel.db.types import Json, UtcDateTime

revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    {upgrades}


def downgrade() -> None:
    {downgrades}
'''


def _code(operations: Any) -> str:
    return autogenerate.render_python_code(operations, render_item=_render)


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Times and JSON keep their own types in a revision; a code is the text that it is stored as."""
    name = type(item).__name__
    if kind == "type" and name == "UtcDateTime":
        return "UtcDateTime()"
    if kind == "type" and name == "CodeType":
        return "sa.String(64)"
    if kind == "type" and name == "JSON":
        return "Json"
    return False


def _script(service: Service) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(service.migrations))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _context(service: Service, connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"target_metadata": service.metadata, "compare_type": True, "render_item": _render}
    )


def _run(service: Service, script: ScriptDirectory, revisions: Callable[..., Any]) -> None:
    with service.database.write() as connection, EnvironmentContext(Config(), script, fn=revisions) as environment:
        environment.configure(connection=connection, target_metadata=service.metadata, transactional_ddl=False)
        environment.run_migrations()
