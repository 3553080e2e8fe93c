"""Kopplingsguiden: from a link to an active, proved connection."""

from wizard import collector, late  # noqa: F401 -- it has to be there before what it puts off

# isort: split

import structlog
from flask import Flask

from wizard import cli, config, extensions, web
from wizard.web.application import Application

collector.start()

IN_THE_OPEN = (
    "Databasen står på en annan dator, och den som kommer åt nätet dit kan läsa och ändra allt. Lägg till "
    "sslmode=verify-full i WIZARD_DATABASE_URL, om nätet inte är ert eget."
)
log = structlog.get_logger()


def create_app(**overrides: object) -> Flask:
    """The application; ``overrides`` are settings that win over the environment's."""
    settings = config.load(**overrides)
    app = Application(
        __name__,
        static_folder=str(config.ROOT / "static"),
        template_folder=str(config.ROOT / "templates"),
        instance_path=str(config.INSTANCE),
    )
    extensions.init_app(app, settings)
    web.init_app(app, settings)
    cli.init_app(app)
    if settings.https and settings.database_in_the_open:
        log.warning("database_in_the_open", advice=IN_THE_OPEN)
    return app
