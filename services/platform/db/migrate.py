"""Upgrades a service's database to the newest revision, and generates new revisions from its tables."""

from enum import Enum, auto
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
import structlog
from alembic import autogenerate, command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.platform.db.schema_version import FIRST_REVISION, refuse_old_schema
from services.platform.service import Service

_ENVIRONMENT = Path(__file__).with_name("migrations")
_log = structlog.get_logger()


class SchemaState(Enum):
    """The state of a database schema compared with the revisions of this code."""

    BEHIND = auto()
    CURRENT = auto()
    AHEAD = auto()
    """A later release has run its revisions, which only add, so this code still works (`docs/database.md`)."""


def schema_state(service: Service) -> SchemaState:
    """Raises OldSchema."""
    with service.database.read() as connection:
        refuse_old_schema(connection)
        current = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    if current == head:
        return SchemaState.CURRENT
    return SchemaState.AHEAD if int(current or 0) > int(head or 0) else SchemaState.BEHIND


def upgrade(service: Service) -> None:
    """Runs the missing revisions in one transaction. Leaves a database that is ahead unchanged. Raises OldSchema."""
    if schema_state(service) is SchemaState.AHEAD:
        _log.warning("database_is_ahead", service=service.name)
        return
    with service.database.write() as connection:
        command.upgrade(_config(service, connection), "head")


def differences(service: Service) -> list[Any]:
    """Returns the differences between the tables in the code and the database."""
    with service.database.read() as connection:
        context = MigrationContext.configure(connection, opts=_options(service))
        return list(autogenerate.compare_metadata(context, service.metadata))


def is_ready(service: Service) -> bool:
    """Returns whether the database has all that this code needs. Raises OldSchema."""
    found = schema_state(service)
    return found is SchemaState.AHEAD or (found is SchemaState.CURRENT and not differences(service))


def write_revision(service: Service, message: str) -> Path:
    """Generates the revision from this database, which is at head, to the tables in the code. Returns its file."""
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    number = f"{int(head) + 1:04d}" if head else FIRST_REVISION
    with service.database.read() as connection:
        command.revision(_config(service, connection), message, autogenerate=True, rev_id=number)
    return Path(ScriptDirectory.from_config(_config(service)).get_revision(number).path)


def _config(service: Service, connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(service.migrations / "versions"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["context"] = {"connection": connection, "transactional_ddl": False, **_options(service)}
    return config


def _options(service: Service) -> dict[str, Any]:
    return {"target_metadata": service.metadata, "compare_type": True, "render_item": _render}


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Times and JSON keep their own types in a revision; a code is text, as stored."""
    name = type(item).__name__
    if kind == "type" and name == "UtcDateTime":
        return "UtcDateTime()"
    if kind == "type" and name == "CodeType":
        return "sa.String(64)"
    if kind == "type" and name == "JSON":
        return "Json"
    return False
