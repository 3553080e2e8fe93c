"""Language and time zone of pages: the reader's choice, else her browser's, and the time in Stockholm."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, has_request_context, request, url_for
from flask_babel import get_locale, get_translations
from markupsafe import Markup

from wizard.config import ROOT, Settings
from wizard.extensions import babel
from wizard.web.public import PUBLIC_BLUEPRINTS

LANGUAGES = {"sv": "Svenska", "en": "English"}
DEFAULT = "sv"
COOKIE = "language"
YEAR_SECONDS = 365 * 24 * 3600
# Pages whose address holds a secret, or that are on their way elsewhere: the switch leads to the help.
NOT_TO_BE_NAMED = {
    None,
    "onboarding.open_link",
    "receipt.open_receipt",
    "authorization.callback",
    "handover.open_handover",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the catalogues; tell templates the language, and whether the stand-in is in use."""
    babel.init_app(
        app,
        default_locale=DEFAULT,
        default_timezone="Europe/Stockholm",
        default_translation_directories=str(ROOT / "translations"),
        locale_selector=chosen,
    )
    app.url_defaults(_keep_asked_for)
    app.after_request(_say_what_it_varies_with)
    app.context_processor(lambda: for_templates(settings))
    _translate_quickly(app)
    app.jinja_env.globals["here_in"] = lambda code: settings.public_url + here_in(code)


def chosen() -> str:
    """The language asked for in a public address, chosen in this browser, or known to it; else Swedish."""
    if not has_request_context():
        return DEFAULT
    for word in (asked_for(), request.cookies.get(COOKIE)):
        if word in LANGUAGES:
            return word
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT) or DEFAULT


def asked_for() -> str | None:
    """The language a public address names, so that it can be found and sent in that language."""
    word = request.args.get("lang") if request.blueprint in PUBLIC_BLUEPRINTS else None
    return word if word in LANGUAGES else None


def for_templates(settings: Settings) -> dict[str, object]:
    """The page's language, the way to the other one, and whether this is the practice environment."""
    here = str(get_locale() or DEFAULT)
    return {
        "locale": here,
        "other_languages": [
            {"code": code, "name": name, "href": _switch(code)}
            for code, name in LANGUAGES.items()
            if code != here
        ],
        "practice": bool(settings.sandbox_url),
    }


def here_in(code: str | None) -> str:
    """The path of this public page in a language: Swedish at its bare address, others by name.

    Without a language it is the address to pass on: it shows in the language of whoever opens it.
    """
    path = quote(request.path)
    return path if code in {None, DEFAULT} else f"{path}?{urlencode({'lang': code})}"


def keep(response: Response, language: str, *, secure: bool) -> Response:
    """Remember a choice in a small cookie of its own, for a year."""
    response.set_cookie(
        COOKIE, language, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax"
    )
    return response


def _translate_quickly(app: Flask) -> None:
    """Let templates' `_` keep the catalogues: Flask-Babel seeks the page's anew for every string."""
    catalogues: dict[str, Any] = {}

    def translated(message: str, **variables: object) -> Markup:
        language = getattr(get_locale(), "language", "")
        if language not in catalogues:
            catalogues[language] = get_translations()
        words = Markup(catalogues[language].ugettext(message))  # noqa: S704 -- our own words
        return words % variables if "%" in words else words

    app.jinja_env.globals.update(_=translated, gettext=translated)


def _switch(code: str) -> str:
    """Where the page is found in another language: public pages by their address, others by a cookie."""
    if request.endpoint in NOT_TO_BE_NAMED:
        return url_for("language.choose", language=code, till=url_for("help.index"))
    if request.blueprint in PUBLIC_BLUEPRINTS and "k" not in request.args:
        return f"{quote(request.path)}?{urlencode({**_query(), 'lang': code})}"
    query = urlencode(_query())
    here = f"{quote(request.path)}?{query}" if query else quote(request.path)
    return url_for("language.choose", language=code, till=here)


def _query() -> dict[str, str]:
    return {name: text for name, text in request.args.items() if name != "lang"}


def _keep_asked_for(endpoint: str, values: dict[str, Any]) -> None:
    """Go from public page to public page in the language asked for."""
    if endpoint.partition(".")[0] in PUBLIC_BLUEPRINTS and has_request_context():
        values.setdefault("lang", asked_for())


def _say_what_it_varies_with(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
    return response
