"""Kopplingsguiden: from a link to an active, proved connection."""

from flask import Flask

from wizard import cli, config, extensions, web


def create_app(**overrides: object) -> Flask:
    """The application; ``overrides`` are settings that win over the environment's."""
    settings = config.load(**overrides)
    app = Flask(
        __name__,
        static_folder=str(config.ROOT / "static"),
        template_folder=str(config.ROOT / "templates"),
        instance_path=str(config.INSTANCE),
    )
    extensions.init_app(app, settings)
    web.init_app(app, settings)
    cli.init_app(app)
    return app
