"""Who of staff is signed in, and the guards in front of staff's pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import Flask, abort, redirect, request, url_for
from flask_login import UserMixin, current_user
from sqlalchemy import exc
from werkzeug.wrappers import Response

from wizard.config import Settings
from wizard.extensions import database, login
from wizard.models import Role, User
from wizard.services import staff

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
View = Callable[..., Answer]


@dataclass(frozen=True)
class Staff:
    """The person signed in, as templates show her."""

    name: str
    email: str
    role: str
    firm_name: str | None


class Account(UserMixin):
    """What flask-login keeps: its id is the secret of a session, so that the session can be ended."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self.token = token

    def get_id(self) -> str:
        """The session's secret."""
        return self.token


def init_app(app: Flask, _settings: Settings) -> None:
    """Tell log-in how staff are found, and templates who is signed in."""
    app.config["SESSION_PROTECTION"] = None  # the row decides; a phone may change its address
    login.user_loader(_load)
    login.unauthorized_handler(_to_sign_in)
    app.context_processor(_for_templates)


def user_here() -> User | None:
    """The member of staff signed in; asks the database only of browsers that say they are."""
    account = cast("Account", current_user)
    return account.user if account.is_authenticated else None


def token_here() -> str | None:
    """The secret of the session of staff in this browser."""
    account = cast("Account", current_user)
    return account.token if account.is_authenticated else None


def only(*roles: Role) -> Callable[[View], View]:
    """Hand a view the member of staff; strangers sign in first, other roles get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**parts: Any) -> Answer:
            user = user_here()
            if user is None:
                return cast("Response", login.unauthorized())
            if user.role not in roles:
                abort(403)
            return view(user, **parts)

        return guarded

    return decorate


staff_only = only(*Role)
members_only = only(Role.MEMBER)
support_only = only(Role.SUPPORT, Role.ADMIN)
admin_only = only(Role.ADMIN)


def _load(token: str) -> Account | None:
    user = staff.signed_in(database.session, token)
    return Account(user, token) if user else None


def _to_sign_in() -> Response:
    """To the sign-in page, and from there back to the page that was asked for."""
    here = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=here), 303)


def _for_templates() -> dict[str, object]:
    try:
        user = user_here()
    except (exc.DBAPIError, exc.TimeoutError):  # a page that needs no database goes without
        user = None
    return {"staff": _shown(user) if user else None}


def _shown(user: User) -> Staff:
    firm_name = user.firm.name if user.firm else None
    return Staff(user.name, user.email, user.role.value, firm_name)
