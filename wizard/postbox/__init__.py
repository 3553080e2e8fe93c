"""The postbox, a mail catcher for the demo: accepts all mail by SMTP and shows it in a browser."""

from pathlib import Path

from flask import Flask

from wizard.postbox.box import Box
from wizard.postbox.views import blueprint

ROOT = Path(__file__).parents[2]


def create_app(box: Box) -> Flask:
    """The application that shows the letters in the box."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "sandbox"),
        static_url_path="/static",
    )
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["postbox"] = box
    app.register_blueprint(blueprint)
    return app
