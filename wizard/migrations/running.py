"""The revisions of the database's schema, and the upgrade."""

from typing import Protocol

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text


class KeyMissingError(RuntimeError):
    """A secret that a revision has to move is sealed with a key that is not at hand."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no key {name}")
        self.name = name


class Mover(Protocol):
    """Re-encrypts a secret for another place."""

    def has(self, name: str) -> bool:
        """True if the key of this name is at hand."""

    def moved(self, sealed: str, before: str, after: str) -> str:
        """The secret sealed for ``before``, sealed for ``after`` instead."""


def configuration(engine: Engine, vault: Mover | None = None) -> Config:
    """Alembic's configuration, in code, so that no file contains the database's URL.

    Revisions that move secrets to another table need ``vault`` if there are secrets.
    """
    config = Config()
    config.set_main_option("script_location", "wizard:migrations")
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["engine"] = engine
    config.attributes["vault"] = vault
    return config


def upgrade(engine: Engine, vault: Mover | None = None) -> None:
    """Migrate to the newest revision; concurrent processes wait for each other."""
    command.upgrade(configuration(engine, vault), "head")


def record_oldest_code(connection: Connection, scripts: ScriptDirectory) -> None:
    """Note beside the revision the oldest code that it serves: what its file says, else itself alone."""
    revision = connection.scalar(text("select version_num from alembic_version"))
    if revision is None:
        return
    serves = getattr(scripts.get_revision(revision).module, "serves", revision)
    connection.execute(
        text("alter table alembic_version add column if not exists oldest_code text")
    )
    connection.execute(text("update alembic_version set oldest_code = :it"), {"it": serves})
