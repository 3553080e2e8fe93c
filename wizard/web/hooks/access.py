"""The signed-in user, and the decorators that restrict pages to staff."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

import structlog
from flask import (
    Flask,
    abort,
    after_this_request,
    redirect,
    request,
    request_started,
    session,
    url_for,
)
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy import exc
from werkzeug.wrappers import Response

from wizard.config import Settings
from wizard.extensions import database, login, settings
from wizard.models import AuditActor, Role, SignInWay, StaffSession, User
from wizard.services.accounts import confirmation, sessions, staff
from wizard.services.accounts.account_list import manages_accounts
from wizard.services.accounts.staff import SignIn
from wizard.services.audit.trail import SYSTEM, Who, act_as, by_user
from wizard.web import i18n
from wizard.web.hooks import known
from wizard.wiring.sessions import session_limits

ViewResponse = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
FORGERY_SECRET = "csrf_token"  # Flask-WTF's name in the session
BY_PASSWORD = "by_password"  # session key: she signed in with a password that is to be changed
OF_SESSION = "_user_id"  # flask-login's name there, of the session's secret
View = Callable[..., ViewResponse]
NEED_FACTOR = (Role.ADMIN, Role.SUPPORT)  # where the setting says so


@dataclass(frozen=True)
class Staff:
    """The signed-in user, for templates."""

    name: str
    email: str
    role: str
    firm_name: str | None
    manages_accounts: bool


class Account(UserMixin):
    """flask-login's user object: its id is the session's secret, so that the server can end a session."""

    def __init__(self, user: User, token: str, found: StaffSession | None = None) -> None:
        self.user = user
        self.token = token
        self.found = found  # None in the request that signs in

    def get_id(self) -> str:
        """The session's secret."""
        return self.token


def init_app(app: Flask, _settings: Settings) -> None:
    """Configure flask-login, and provide the signed-in user to templates."""
    app.config["SESSION_PROTECTION"] = (
        None  # the session row decides; a phone's IP address may change
    )
    request_started.connect(_begin, app)
    app.teardown_request(_end)
    login.user_loader(_load)
    app.context_processor(_for_templates)


def user_here() -> User | None:
    """The signed-in user, or None; queries the database only if the browser has a session."""
    account = cast("Account", current_user)
    return account.user if account.is_authenticated else None


def token_here() -> str | None:
    """The secret of the staff session in this browser, if any."""
    account = cast("Account", current_user)
    return account.token if account.is_authenticated else None


def begin_session(begun: SignIn) -> None:
    """Sign in here, with a new secret against forged forms: one that was set before is worth nothing.

    A session of somebody else in this browser is ended first, with everything that it held.
    """
    before = user_here()
    if token := token_here():
        staff.sign_out(database.session, token)
    if before and before.id != begun.user.id:
        session.clear()
    session.pop(FORGERY_SECRET, None)
    login_user(Account(begun.user, begun.token))
    session.pop(BY_PASSWORD, None)
    if begun.way is SignInWay.PASSWORD and begun.user.must_change_password:
        session[BY_PASSWORD] = True
    sessions.name_device(database.session, begun.token, request.user_agent.string)
    known.know(begun.user)
    if language := begun.user.language:
        after_this_request(lambda answer: i18n.keep(answer, language, secure=settings.https))


def carry_on(token: str) -> None:
    """Go on in the session of this browser, which has this secret from now on."""
    session[OF_SESSION] = token


def end_session() -> None:
    """Sign out here: the session is ended in the database, and emptied of all that this browser held."""
    if token := token_here():
        staff.sign_out(database.session, token)
        logout_user()
    session.clear()


def must_choose_password(user: User) -> bool:
    """True if she came in with a password that a command gave her: she chooses her own before all else.

    Who came from the platform has shown no password, and may choose none.
    """
    return user.must_change_password and BY_PASSWORD in session


def must_add_factor(user: User) -> bool:
    """True if she came in without a second factor, or has none any more, and her role needs more: she adds it before all else."""
    found = cast("Account", current_user).found
    return bool(
        settings.second_factor
        and user.role in NEED_FACTOR
        and found
        and found.way in {SignInWay.PASSWORD, SignInWay.PASSKEY}
        and found.second_factor_at is None
    )


def is_confirmed_here() -> bool:
    """True if whoever is signed in has proved it within the last minutes."""
    found = cast("Account", current_user).found if user_here() else None
    return bool(found and confirmation.is_recent(found.confirmed_at))


def allowed(may: Callable[[User], bool], *, with_factor: bool = True) -> Callable[[View], View]:
    """Pass the view the signed-in user, if she may; else 403. Others are sent to sign in.

    Who needs a second factor and has none adds it first, unless it is a page that she needs for that.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**parts: Any) -> ViewResponse:
            user = user_here()
            if user is None:
                return cast("Response", login.unauthorized())
            if must_choose_password(user):
                return redirect(url_for("account_link.first", next=_here()), 303)
            if with_factor and must_add_factor(user):
                return redirect(url_for("second_factor.set_up", next=_here()), 303)
            if not may(user):
                abort(403)
            return view(user, **parts)

        return guarded

    return decorate


def only(*roles: Role) -> Callable[[View], View]:
    """Pass the view the signed-in user, if she has one of these roles."""
    return allowed(lambda user: user.role in roles)


staff_only = only(*Role)
staff_at_all = allowed(lambda _user: True, with_factor=False)
members_only = only(Role.MEMBER)
support_only = only(Role.SUPPORT, Role.ADMIN)
admin_only = only(Role.ADMIN)
accounts_only = allowed(manages_accounts)


def act_as_user(user: User) -> None:
    """From here on in this request, this user acts: in the audit trail and in the log."""
    act_as(by_user(user, request.remote_addr))
    structlog.contextvars.bind_contextvars(user=user.public_id)


def _begin(_app: Flask, **_: object) -> None:
    act_as(Who(AuditActor.STRANGER, address=request.remote_addr))


def _end(_error: BaseException | None) -> None:
    act_as(SYSTEM)


def _load(token: str) -> Account | None:
    found = sessions.find(database.session, token, session_limits())
    if found is None:
        return None
    with database.sessions() as own:
        sessions.note_use(own, found)
    act_as_user(found.user)
    return Account(found.user, token, found)


def _here() -> str | None:
    """The page that was asked for, to lead back to; None for a form, which cannot be."""
    return request.full_path.removesuffix("?") if request.method == "GET" else None


def _for_templates() -> dict[str, object]:
    try:
        user = user_here() if OF_SESSION in session else None
    except (
        exc.DBAPIError,
        exc.TimeoutError,
    ):  # a page that needs no database is shown without the user
        user = None
    return {"staff": _shown(user) if user else None}


def _shown(user: User) -> Staff:
    firm_name = user.firm.name if user.firm else None
    return Staff(user.name, user.email, user.role.value, firm_name, manages_accounts(user))
