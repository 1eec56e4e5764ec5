"""Runs the revisions on the connection that `shared.runtime.projecting.migrating` hands over."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="sla_revision", transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
