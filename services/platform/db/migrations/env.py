"""Alembic runs this file: it configures the migration context with the connection and tables that `migrate.py` passed."""

from alembic import context

context.configure(**context.config.attributes["context"])
context.run_migrations()
