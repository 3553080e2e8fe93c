"""What the application is built with, unbound until create_app: database, log-in, CSRF, languages, …"""

from functools import partial

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.local import LocalProxy

from wizard.config import Settings, token_key_ring
from wizard.pool import look_before_use
from wizard.providers.base import Provider
from wizard.registry import make_providers
from wizard.services.budget import Budget
from wizard.services.vault import Vault

SEARCH_PATH = "-csearch_path=public,procrastinate"  # jobs are enqueued in our own transactions
STATEMENT_TIMEOUT = "-cstatement_timeout=30000"


class Database:
    """The engine of an application, and one session for each request."""

    def init_app(self, app: Flask, settings: Settings) -> None:
        """Bind to the settings' database; connects when first used."""
        engine = make_engine(settings.database_url)
        app.extensions["engine"] = engine
        app.extensions["reading"] = engine.execution_options(isolation_level="AUTOCOMMIT")
        app.extensions["sessions"] = sessionmaker(engine, expire_on_commit=False)
        app.teardown_appcontext(_close_session)

    @property
    def engine(self) -> Engine:
        """The engine of the current application."""
        engine: Engine = current_app.extensions["engine"]
        return engine

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Makes sessions of the current application's database."""
        sessions: sessionmaker[Session] = current_app.extensions["sessions"]
        return sessions

    @property
    def session(self) -> Session:
        """This request's session, made when first asked for."""
        if "session" not in g:
            g.session = self.sessions()
        session: Session = g.session
        return session

    def only_read(self) -> None:
        """Let this request's session send each statement by itself; to be said before any is sent.

        Each sees what is committed, as it does within a transaction of ours, and the database is
        waited for half as often. What such a request writes, services write in sessions of their own.
        """
        g.session = self.sessions(bind=current_app.extensions["reading"])


def make_engine(url: str) -> Engine:
    """An engine whose connections are looked at before use, so that a restarted server goes unnoticed."""
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        pool_use_lifo=True,  # the one used last has all that it needs at hand
        hide_parameters=True,  # errors are logged, parameters may be secrets
        connect_args={"options": f"{SEARCH_PATH} {STATEMENT_TIMEOUT}", "connect_timeout": 5},
    )
    look_before_use(engine)
    return engine


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


def _provider_registry() -> dict[str, Provider]:
    registry: dict[str, Provider] = current_app.extensions["providers"]
    return registry


def _background_registry() -> dict[str, Provider]:
    registry: dict[str, Provider] = current_app.extensions["background_providers"]
    return registry


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _vault() -> Vault:
    found: Vault = current_app.extensions["vault"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    """Bind everything here to an application."""
    app.extensions["settings"] = settings
    app.extensions["vault"] = Vault(token_key_ring(settings.token_keys))
    database.init_app(app, settings)
    gate = partial(Budget, app.extensions["engine"])
    app.extensions["providers"] = make_providers(settings, gate)
    app.extensions["background_providers"] = make_providers(
        settings, partial(gate, background=True)
    )
    csrf.init_app(app)
    login.init_app(app, add_context_processor=False)


database = Database()
csrf = CSRFProtect()
login = LoginManager()
babel = Babel()
providers: dict[str, Provider] = LocalProxy(_provider_registry)  # type: ignore[assignment]
background_providers: dict[str, Provider] = LocalProxy(_background_registry)  # type: ignore[assignment]
settings: Settings = LocalProxy(_settings)  # type: ignore[assignment]
vault: Vault = LocalProxy(_vault)  # type: ignore[assignment]
