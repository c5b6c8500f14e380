"""Run by Alembic on the connection that `storage.migrate` hands over; no alembic.ini, no logging set-up."""

from alembic import context

from storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # true of SQLite too, since we begin transactions ourselves
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
