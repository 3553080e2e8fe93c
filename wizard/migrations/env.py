"""Alembic's environment: migrates under a lock, in our own schema only."""

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import text

from wizard.migrations.fitness import record_home
from wizard.migrations.running import record_oldest_code
from wizard.models import Base

LOCK = 7_264_001  # an arbitrary number for the advisory lock

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.detach()  # the settings and the lock end with the connection
    connection.execute(text("set search_path to public"))  # excludes the job queue's schema
    connection.execute(text("set statement_timeout to 0"))
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
        record_oldest_code(connection, ScriptDirectory.from_config(context.config))
        record_home(connection)
