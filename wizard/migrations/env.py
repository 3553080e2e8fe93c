"""Run by alembic: migrates under a lock, and looks at no schema but our own."""

from alembic import context
from sqlalchemy import text

from wizard.models import Base

LOCK = 7_264_001  # any number, the same for all who migrate

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.detach()  # what is set here, and the lock, ends with the connection
    connection.execute(text("set search_path to public"))  # the job queue's schema is not ours
    connection.execute(text("set statement_timeout to 0"))
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
