"""Run by Alembic, with the connection that `subsidy.database.migrate` hands it."""

from alembic import context

from subsidy.records import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
