"""Recognises a database that was made before the first numbered release."""

import sqlalchemy as sa

FIRST_REVISION = "0100"
"""The first revision of each service. Lower numbers are of databases from before version 0.1.0."""


class OldSchema(SystemExit):
    """The process reports it in one sentence and does not start."""


def refuse_old_schema(connection: sa.Connection) -> None:
    """Raises OldSchema for a database from before version 0.1.0, which this code can neither read nor upgrade."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return
    current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if current is not None and current < FIRST_REVISION:
        raise OldSchema(
            "The data was made by a version before 0.1.0, which this one cannot read: delete the folder var, or the"
            " schema of the service, and start again."
        )
