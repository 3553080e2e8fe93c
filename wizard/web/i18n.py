"""The language of pages (chosen, else the browser's), and their time zone (Stockholm)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale
from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
    url_for,
)
from flask_babel import force_locale, get_locale, get_translations
from markupsafe import Markup

from wizard.config import ROOT, Settings
from wizard.extensions import babel
from wizard.provider_texts import ProviderTexts
from wizard.web.hooks import varying
from wizard.web.hooks.public import PUBLIC_BLUEPRINTS

LANGUAGES = {"sv": "Svenska", "en": "English"}
LOCALES = {
    code: Locale(code) for code in LANGUAGES
}  # made once; to make one takes as long as a hook
DEFAULT = "sv"
COOKIE = "language"
GUIDES = (
    "languages"  # session key: of each guide its id, its language, and whether a person chose it
)
MOST_GUIDES = 50
CATALOGUE = "catalogue"  # of this request, in g
MOST_WORDS = 5_000  # kept of a language; there are fewer
YEAR_SECONDS = 365 * 24 * 3600
# On pages whose URL holds a secret, and on redirects, the language switch leads to the help.
NOT_TO_BE_NAMED = {
    None,
    "onboarding.open_link",
    "receipt.open_receipt",
    "consents.open_link",
    "authorization.callback",
    "handover.open_handover",
    "account_link.open_link",
}


class Catalogue(dict[str, Markup]):
    """A language's words as HTML, each made when it is first said."""

    def __init__(self, language: str, translations: Any) -> None:
        super().__init__()
        self.language = language
        self._translations = translations

    def say(self, message: str, **variables: object) -> Markup:
        """The words for a message, with what varies in them."""
        words = self[message]
        return words % variables if "%" in words else words

    def __missing__(self, message: str) -> Markup:
        words = Markup(self._translations.ugettext(message))  # noqa: S704 -- our own words
        if len(self) < MOST_WORDS:
            self[message] = words
        return words


def init_app(app: Flask, settings: Settings) -> None:
    """Configure Flask-Babel, and provide the language and the use of the stand-in to templates."""
    babel.init_app(
        app,
        default_locale=DEFAULT,
        default_timezone="Europe/Stockholm",
        default_translation_directories=str(ROOT / "translations"),
        locale_selector=lambda: LOCALES[chosen()],
    )
    app.url_defaults(_keep_asked_for)
    app.after_request(_say_what_it_varies_with)
    app.context_processor(lambda: for_templates(settings))
    app.extensions[CATALOGUE] = {}
    app.jinja_env.globals.update(_=_translated, gettext=_translated)
    ProviderTexts.install(app.jinja_env, language_here)
    app.jinja_env.globals["here_in"] = lambda code: settings.public_url + here_in(code)


def chosen() -> str:
    """The language in a public URL, else of the guide's letter, else chosen in this browser, else its own.

    Pages of no guide follow the last letter where nothing was chosen, then Accept-Language, then Swedish.
    """
    if not has_request_context():
        return DEFAULT
    guides = {public_id: language for public_id, language, _ in session.get(GUIDES, [])}
    last = next(reversed(guides.values()), None)
    for word in (asked_for(), guides.get(_guide_here()), request.cookies.get(COOKIE), last):
        if word in LANGUAGES:
            return word
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT) or DEFAULT


def speak(public_id: str, language: str | None) -> None:
    """Keep a guide or a receipt in the language of its letter, until its reader chooses another."""
    kept = [guide for guide in session.get(GUIDES, []) if guide[0] != public_id or guide[2]]
    known = any(guide[0] == public_id for guide in kept)
    if language in LANGUAGES and not known:
        session[GUIDES] = [*kept, (public_id, language, False)][-MOST_GUIDES:]


def language_here() -> str:
    """The language of this page; outside a request, the default language."""
    return _catalogue_here().language if has_app_context() else DEFAULT


def asked_for() -> str | None:
    """The language in a public URL, so that each language can be linked to and indexed."""
    given = request.args
    if "lang" not in given or request.blueprint not in PUBLIC_BLUEPRINTS:
        return None
    return given["lang"] if given["lang"] in LANGUAGES else None


def for_templates(settings: Settings) -> dict[str, object]:
    """Template variables: the page's language, the link to the other one, and whether the stand-in is used."""
    catalogue = _catalogue_here()
    here = catalogue.language
    return {
        "_": catalogue.say,
        "locale": here,
        "other_languages": [
            {"code": code, "name": name, "href": _switch(code)}
            for code, name in LANGUAGES.items()
            if code != here
        ],
        "practice": bool(settings.sandbox_url),
    }


def here_in(code: str | None) -> str:
    """The path of this public page in a language; Swedish has no parameter.

    Without a language it is the path to share: each reader sees it in their own language.
    """
    path = quote(request.path)
    return path if code in {None, DEFAULT} else f"{path}?{urlencode({'lang': code})}"


def keep(response: Response, language: str, *, secure: bool) -> Response:
    """Store the chosen language in a cookie for a year, and for the guides that had one of their own."""
    if GUIDES in session:
        session[GUIDES] = [(guide[0], language, True) for guide in session[GUIDES]]
    response.set_cookie(
        COOKIE, language, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax"
    )
    return response


def _guide_here() -> str | None:
    """The id of the guide or the receipt that this page belongs to, or that its reader came from."""
    parts = request.view_args or {}
    return parts.get("public_id") or parts.get("number") or request.args.get("k")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while, such as that of somebody else's page."""
    before = g.pop(CATALOGUE, None)
    try:
        with force_locale(language):
            yield
    finally:
        setattr(g, CATALOGUE, before)


def _catalogue_here() -> Catalogue:
    """The catalogue of this page, kept for the request; Flask-Babel asks for the language at every string."""
    kept: Catalogue | None = g.get(CATALOGUE)
    if kept is None:
        language = getattr(get_locale(), "language", DEFAULT)
        of_all: dict[str, Catalogue] = current_app.extensions[CATALOGUE]
        if language not in of_all:
            of_all[language] = Catalogue(language, get_translations())
        kept = of_all[language]
        setattr(g, CATALOGUE, kept)
    return kept


def _translated(message: str, **variables: object) -> Markup:
    return _catalogue_here().say(message, **variables)


def _switch(code: str) -> str:
    """The URL of the page in another language: a parameter on public pages, else one that sets a cookie."""
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
    """Keep the requested language in links between public pages."""
    if endpoint.partition(".")[0] in PUBLIC_BLUEPRINTS and has_request_context():
        values.setdefault("lang", asked_for())


def _say_what_it_varies_with(response: Response) -> Response:
    if response.mimetype == "text/html":
        varying.say(response, "Accept-Language", "Cookie")
    return response
