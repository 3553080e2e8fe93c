"""A stand-in Visma for rehearsals and tests: login, company chooser, consent, API and files."""

from hashlib import sha256
from pathlib import Path

from flask import Flask

from wizard.sandbox.api.documents import blueprint as documents
from wizard.sandbox.api.views import blueprint as api
from wizard.sandbox.api.vouchers import blueprint as vouchers
from wizard.sandbox.files.views import blueprint as files
from wizard.sandbox.identity.authorize import blueprint as authorize
from wizard.sandbox.identity.client import Client
from wizard.sandbox.identity.server import build_server
from wizard.sandbox.identity.token_views import blueprint as tokens
from wizard.sandbox.identity.views import blueprint as identity
from wizard.sandbox.portal.views import blueprint as portal
from wizard.sandbox.settings import Settings
from wizard.sandbox.state import State
from wizard.sandbox.steering.views import blueprint as steering
from wizard.sandbox.trap import set_trap
from wizard.sandbox.web import protect

ROOT = Path(__file__).parents[2]


def create_app(settings: Settings | None = None) -> Flask:
    """The stand-in as a Flask application."""
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "sandbox"),
        static_url_path="/static",
    )
    app.config.update(
        # Derived from the client's secret, so that log-ins survive a restart without a file.
        SECRET_KEY=sha256(f"ovningsmiljo:{settings.client_secret}".encode()).digest(),
        SESSION_COOKIE_NAME="ovningsmiljo_session",
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=["127.0.0.1", "localhost"],
        MAX_CONTENT_LENGTH=1_000_000,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["sandbox"] = State(settings)
    app.extensions["authlib_server"] = build_server(app, Client(settings))
    for blueprint in (
        authorize,
        identity,
        tokens,
        portal,
        api,
        vouchers,
        documents,
        files,
        steering,
    ):
        app.register_blueprint(blueprint)
    protect(app)
    set_trap(app)
    return app
