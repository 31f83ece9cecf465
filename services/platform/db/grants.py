"""Privileges of the web and worker role in its service's schema, which another role owns: rows, never tables."""

import sqlalchemy as sa

from services.platform.db.tables import APPEND_ONLY
from services.platform.service import Service


def give(service: Service, role: str) -> None:
    """Grants what the tables of this code require and revokes the rest. Run by the owner of the schema.

    Runs in one transaction and is repeatable. A table that this code does not know keeps its privileges: code of the
    previous release may still use it.
    """
    with service.database.write() as connection:
        quote = connection.dialect.identifier_preparer
        for table in service.metadata.sorted_tables:
            connection.execute(sa.text(f"REVOKE ALL ON {quote.format_table(table)} FROM {quote.quote(role)}"))
            connection.execute(sa.text(f"GRANT {_rights(table)} ON {quote.format_table(table)} TO {quote.quote(role)}"))
        connection.execute(sa.text(f"GRANT SELECT ON alembic_version TO {quote.quote(role)}"))
        schema = connection.execute(sa.text("SELECT current_schema()")).scalar_one()
        connection.execute(
            sa.text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {quote.quote(schema)} TO {quote.quote(role)}")
        )


def _rights(table: sa.Table) -> str:
    """Returns the privileges of a table. In an APPEND_ONLY table, only the columns that the mark names may be updated."""
    if APPEND_ONLY not in table.info:
        return "SELECT, INSERT, UPDATE, DELETE"
    later = ", ".join(table.info[APPEND_ONLY])
    return f"SELECT, INSERT, UPDATE ({later})" if later else "SELECT, INSERT"
