"""Flask extensions, unbound until create_app: database, log-in, CSRF, languages and more."""

from functools import partial

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.local import LocalProxy

from wizard import lines, transactions
from wizard.config import Settings
from wizard.forgery import MaskedCSRFProtect
from wizard.pool import look_before_use
from wizard.providers.base import Provider
from wizard.registry import make_providers
from wizard.services.crypto.vault import Vault
from wizard.services.desk.keeping import keep_standings
from wizard.services.evidence.signing import Signer
from wizard.services.throttling.call_budget import Budget
from wizard.setting_values import evidence_key_ring, token_key_ring

MOST_CONNECTIONS = 20  # of a process: docs/production.md adds them up


class Database:
    """The application's engine, and one session for each request."""

    def init_app(self, app: Flask, settings: Settings) -> None:
        """Create the engine for the configured database; it connects at first use."""
        keep_standings()
        engine = make_engine(settings.database_url)
        app.extensions["engine"] = engine
        app.extensions["sessions"] = sessionmaker(engine, expire_on_commit=False)
        app.teardown_appcontext(_close_session)

    @property
    def engine(self) -> Engine:
        """The engine of the current application."""
        engine: Engine = current_app.extensions["engine"]
        return engine

    @property
    def sessions(self) -> sessionmaker[Session]:
        """The session factory of the current application."""
        sessions: sessionmaker[Session] = current_app.extensions["sessions"]
        return sessions

    @property
    def session(self) -> Session:
        """This request's session, created at first use."""
        if "session" not in g:
            g.session = self.sessions()
        session: Session = g.session
        return session


def make_engine(url: str) -> Engine:
    """An engine that tests connections before use, so that it survives a restart of the server."""
    engine = create_engine(
        url,
        pool_size=MOST_CONNECTIONS,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,  # the most recently used connection has warm caches
        hide_parameters=True,  # errors are logged, and parameters may be secrets
        connect_args=dict(lines.NETWORK),
    )
    lines.begin_well(engine)
    transactions.begin_when_needed(engine)
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


def signer() -> Signer:
    """What signs manifests; it can outlive the request."""
    found: Signer = current_app.extensions["signer"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    """Bind all extensions to an application."""
    app.extensions["settings"] = settings
    app.extensions["vault"] = Vault(token_key_ring(settings.token_keys))
    app.extensions["signer"] = Signer(evidence_key_ring(settings.evidence_keys))
    database.init_app(app, settings)
    gate = partial(Budget, app.extensions["engine"])
    app.extensions["providers"] = make_providers(settings, gate)
    app.extensions["background_providers"] = make_providers(
        settings, partial(gate, background=True)
    )
    csrf.init_app(app)
    login.init_app(app, add_context_processor=False)


database = Database()
csrf: CSRFProtect = MaskedCSRFProtect()
login = LoginManager()
babel = Babel()
providers: dict[str, Provider] = LocalProxy(_provider_registry)  # type: ignore[assignment]
background_providers: dict[str, Provider] = LocalProxy(_background_registry)  # type: ignore[assignment]
settings: Settings = LocalProxy(_settings)  # type: ignore[assignment]
vault: Vault = LocalProxy(_vault)  # type: ignore[assignment]
