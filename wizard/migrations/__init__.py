"""The history of the database's schema, and how it is brought up to date."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    """Alembic's settings, in code: the address of the database must stand in no file."""
    config = Config()
    config.set_main_option("script_location", "wizard:migrations")
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date; two processes at once wait for each other."""
    command.upgrade(configuration(engine), "head")
