"""The same page in Starlette, with the product's templates, models and statement, but without Flask."""

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64encode
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from babel.support import NullTranslations, Translations
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from tests.measures.throughput.facts import (
    CHOICES,
    PROTECTING,
    SECRET,
    STATIC,
    STEP,
    database_url,
    grants,
    icon,
    version,
)
from wizard import config
from wizard.extensions import make_engine
from wizard.models import InvitationKey, Step
from wizard.provider_texts import ProviderTexts
from wizard.services.invitations import shown_links, visits
from wizard.services.values import organisation_numbers
from wizard.web.hooks.labels import together
from wizard.web.i18n import COOKIE, LANGUAGES
from wizard.web.onboarding.visit import visit_to

engine = make_engine(database_url())
csrf = URLSafeTimedSerializer(SECRET, salt="csrf")
here: ContextVar[Request] = ContextVar("here")
words: ContextVar[NullTranslations] = ContextVar("words")
IN_PATHS = {"public_id", "article"}
catalogues = {
    code: Translations.load(str(config.ROOT / "translations"), [code]) for code in LANGUAGES
}


class BookkeepingForm(Form):
    """Requirement 2, as in the product."""

    answer = RadioField(
        choices=[SelectChoice(one) for one in CHOICES], validators=[InputRequired()]
    )


def url_for(endpoint: str, /, **values: Any) -> str:
    """The URL of a page or a static file."""
    if endpoint == "static":
        path = values["filename"]
        return f"{app.url_path_for('static', path=path)}?v={version(path)}"
    inside = {name: values.pop(name) for name in IN_PATHS & values.keys()}
    path = str(app.url_path_for(endpoint, **inside))
    return f"{path}?{urlencode(values)}" if values else path


def help_link(target: str = "", public_id: str | None = None) -> str:
    """The URL of an article with the way back, or of the table of contents."""
    address = url_for("help.article", article=target) if target else url_for("help.index")
    return f"{address}?k={public_id}&fran={here.get().url.path.rpartition('/')[2]}"


def csrf_token() -> str:
    """A signed CSRF token, which is also in the session."""
    session = here.get().session
    if "csrf_token" not in session:
        session["csrf_token"] = hashlib.sha1(os.urandom(64), usedforsecurity=False).hexdigest()
    state = here.get().state
    if not hasattr(state, "csrf_token"):
        state.csrf_token = csrf.dumps(session["csrf_token"])
    return str(state.csrf_token)


def may_press(request: Request, token: object) -> bool:
    """True if the form's CSRF token is valid."""
    known = request.session.get("csrf_token", "")
    return hmac.compare_digest(str(csrf.loads(str(token))), known)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(config.ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: words.get().gettext(text),
        lambda one, many, number: words.get().ngettext(one, many, number),
        newstyle=True,
    )
    made.filters.update(
        day=lambda day: format_date(day, "d MMMM y", locale="sv"),
        orgnr=organisation_numbers.written,
        together=together,
    )
    made.globals.update(
        url_for=url_for,
        help_link=help_link,
        csrf_token=csrf_token,
        icon_address=icon(),
        press_token=lambda: secrets.token_urlsafe(16),
        get_flashed_messages=lambda **_: here.get().session.pop("_flashes", []),
    )
    ProviderTexts.install(made, lambda: language(here.get()))
    return made


environment = _environment()


def bookkeeping(request: Request) -> Response:
    """Requirement 2: the company has bookkeeping."""
    here.set(request)
    code = language(request)
    words.set(catalogues[code])
    key = shown_links.held(engine, request.session["grants"], request.path_params["public_id"])
    if key is None or visits.end_of(key):
        return Response(status_code=404)
    if not key.has_reached(Step.BOOKKEEPING):
        return RedirectResponse("/", 303)
    if not visits.was_just_seen(key):
        with Session(engine) as session:
            visits.seen(session, key)
    return HTMLResponse(page(key, code))


def page(key: InvitationKey, code: str) -> str:
    """The page in a language."""
    here_is = here.get().url.path
    answer = key.bookkeeping_answer
    return environment.get_template("onboarding/bookkeeping.html").render(
        visit=visit_to(key.invitation, Step.BOOKKEEPING),
        form=None,
        answer=answer.value if answer else None,
        locale=code,
        other_languages=[
            {"code": other, "name": name, "href": f"/sprak/{other}?till={here_is}"}
            for other, name in LANGUAGES.items()
            if other != code
        ],
        practice=False,
        mails=False,
        run_by=config.Operator("", "", "", "", ""),
        staff=None,
        request=SimpleNamespace(blueprint="onboarding", endpoint="onboarding.bookkeeping"),
    )


def language(request: Request) -> str:
    """The chosen or requested language."""
    asked = [request.cookies.get(COOKIE, "")]
    asked += [
        one.split(";")[0][:2] for one in request.headers.get("accept-language", "").split(",")
    ]
    return next((code for code in asked if code in LANGUAGES), "sv")


class Protected:
    """Adds the security headers."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.headers = [(name.lower().encode(), text.encode()) for name, text in PROTECTING.items()]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle the request, and add the headers to its response."""

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        await self.inner(scope, receive, sent)


def nowhere(_request: Request) -> Response:
    """A page that exists only as a link target."""
    return Response(status_code=404)


app = Starlette(
    routes=[
        Route(STEP, bookkeeping, name="onboarding.bookkeeping"),
        Route("/koppla/{public_id}/behorighet", nowhere, name="onboarding.permission"),
        Route("/koppla/{public_id}/kollega", nowhere, name="onboarding.colleague"),
        Route("/hjalp", nowhere, name="help.index"),
        Route("/hjalp/{article}", nowhere, name="help.article"),
        Route("/uppgifter", nowhere, name="about.data"),
        Route("/tillganglighet", nowhere, name="about.accessibility"),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ],
    middleware=[
        Middleware(Protected),
        Middleware(SessionMiddleware, secret_key=SECRET, same_site="lax"),
    ],
)


def cookie() -> str:
    """The reader's session cookie."""
    body = b64encode(json.dumps(grants()).encode())
    return f"session={TimestampSigner(SECRET).sign(body).decode()}"
