"""The rules of the house, a few lines each: what every endpoint, template and module keeps to."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from babel.messages.pofile import read_po
from flask import Flask
from flask_wtf import FlaskForm
from jinja2 import StrictUndefined
from werkzeug.routing import Rule
from wtforms import StringField

from tests.support.client import Browser
from wizard.causes import CAUSES
from wizard.config import ROOT
from wizard.extensions import csrf
from wizard.migrations import running
from wizard.models import LetterKind
from wizard.plain_text import one_line
from wizard.registry import make_providers
from wizard.services.letters.kinds import LETTERS
from wizard.web.event_texts import LETTER_WORDS
from wizard.web.hooks.security import SECRET_ENDPOINTS
from wizard.web.i18n import NOT_TO_BE_NAMED

MODULES = sorted(
    path
    for path in chain((ROOT / "wizard").rglob("*.py"), (ROOT / "tests").rglob("*.py"))
    if "versions" not in path.parts
)
LANGUAGES = ("sv", "en")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}
SENTENCE_ENDS = (".", "?", ":", "…")
# Why a link leads nowhere, where its cause alone does not tell.
WAITS = {"queue"}  # what the page says before it names the cause
LINKS_THAT_ENDED = {"declined_link", "disconnected_link", "renewal_link"}
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEMPLATE_LINE = 400, 50, 160

ROOT_RULE = re.compile(r":root \{[^}]*\}")
BARE_MEASURE = re.compile(
    r"(?:margin|padding|gap)[\w-]*: [^;}]*(?<![\w.(-])-?[\d.]+rem|border-radius: [^;}]*\dpx"
    r"|font-size: [\d.]+rem|#(?!fff\b|000\b)[0-9a-f]{3,8}\b"
)

# Endpoints that say something to whoever asks; all others send strangers to sign in, or say 404, or
# want a key.
PUBLIC = {
    "about.accessibility",
    "about.data",
    "about.home",
    "auth.sign_in",
    "auth.sign_out",
    "authorization.callback",  # to the page for those who have lost their way
    "authorization.lost",
    "authorization.mail_link_again",  # the same answer to everybody
    "health.healthz",
    "help.article",
    "help.index",
    "language.choose",
    "reference.index",
    "reference.openapi",
    "static",
}
# Texts about a provider; its word may stand nowhere else where there are people to read it.
ABOUT_PROVIDERS = ("providers/", "causes/", "help/", "sandbox/")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def address(app: Flask, rule: Rule) -> str:
    """An address of this rule, with something unknown in each of its parts."""
    return app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, "okand"))


def test_every_endpoint_is_public_by_name_or_closed_to_strangers(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert {rule.endpoint for rule in rules} >= PUBLIC
    for rule in rules:
        if rule.endpoint in PUBLIC:
            continue
        stranger = Browser.open(app)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            fetch = stranger.get if method == "GET" else stranger.post
            answer = fetch(address(app, rule))
            closed = answer.status == 404 or answer.location.startswith("/logga-in")
            closed = closed or (rule.endpoint.startswith("api.") and answer.status == 401)
            assert closed, f"{method} {rule.endpoint} answers a stranger with {answer.status}"


def test_no_address_with_a_secret_is_a_referrer_or_stands_in_a_link(app: Flask) -> None:
    secret = {rule.endpoint for rule in app.url_map.iter_rules() if "<secret:" in rule.rule}
    assert len(secret) >= 5
    assert secret <= SECRET_ENDPOINTS
    assert secret <= NOT_TO_BE_NAMED


def test_every_form_is_protected_against_forgery(app: Flask) -> None:
    assert app.config.get("WTF_CSRF_ENABLED", True)
    assert not csrf._exempt_views  # noqa: SLF001 -- there is no public way to ask
    exempt = {blueprint.name for blueprint in csrf._exempt_blueprints}  # noqa: SLF001
    assert exempt == {"api"}  # which knows its callers by keys, never by cookies


def test_every_endpoint_is_a_view_of_its_name_in_its_own_area(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        if endpoint == "static":
            continue
        area, name = endpoint.split(".")
        assert (ROOT / "wizard/web" / area / "views.py").exists(), endpoint
        assert view.__name__ == name, endpoint
        assert re.fullmatch(rf"wizard\.web\.{area}\.([a-z]+_)?views", view.__module__), endpoint


def test_every_form_is_named_after_its_page(app: Flask) -> None:
    for form in _forms(FlaskForm):
        if (
            not form.__module__.startswith("wizard.web.")
            or form.__module__ == "wizard.web.forms.base"
        ):
            continue
        area = form.__module__.split(".")[2]
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", form.__name__.removesuffix("Form")).lower()
        assert f"{area}.{name}" in app.view_functions, form


def test_what_people_write_is_one_line_of_what_is_seen(app: Flask) -> None:
    with app.test_request_context():
        for form in _forms(FlaskForm):
            if form.__module__.startswith("wizard.web.") and form.__name__ != "Form":
                for field in form():
                    if type(field) is StringField:
                        assert one_line in field.filters, (form, field.name)


def test_one_place_says_what_takes_no_room() -> None:
    elsewhere = {
        "wizard/config.py",
        "wizard/setting_values.py",  # which refuses, and mends nothing
        "wizard/providers/visma_tokens.py",
        "wizard/webhooks/receiver_urls.py",
    }
    for path in MODULES:
        if relative(path).startswith("wizard/") and path.name != "plain_text.py":
            looked_at = re.search(r"unicodedata\.category|isprintable", path.read_text())
            assert looked_at is None or relative(path) in elsewhere, path


def _forms(kind: type[Any]) -> Iterator[type[Any]]:
    for form in kind.__subclasses__():
        yield form
        yield from _forms(form)


def test_a_page_is_said_to_move_on_only_where_there_is_script() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        for said in re.finditer(r"[^\n]*\n[^\n]*moves on\b", path.read_text()):
            assert "data-script" in said[0] or "{% set follows" in said[0], (path, said[0])


def test_every_template_compiles_and_tolerates_no_unknown_name(app: Flask) -> None:
    assert app.jinja_env.undefined is StrictUndefined
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        if not name.startswith("sandbox/"):
            app.jinja_env.get_template(name)


def test_every_line_of_a_template_is_short() -> None:
    long = [
        f"{relative(path)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        if path.parent.name != "consent"  # words that were approved are never changed
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) >= LONGEST_TEMPLATE_LINE
    ]
    assert not long


def test_style_sheets_of_pages_measure_by_tokens() -> None:
    """Colours, spacing, corners and sizes of type are named once; white paper is white in the dark too."""
    bare = [
        f"{name}.css: {found[0]}"
        for name in ("app", "staff", "voucher", "reference")
        for found in BARE_MEASURE.finditer(
            ROOT_RULE.sub("", (ROOT / f"static/css/{name}.css").read_text("utf-8"))
        )
    ]
    assert not bare


def test_every_message_stands_where_extraction_finds_it() -> None:
    """A literal, and in no f-string: those are not read, and the words would fall out of the catalogue."""
    words = {"gettext", "ngettext", "lazy", "marked"}
    lost = []
    for path in (ROOT / "wizard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            calls = [
                one
                for one in (ast.walk(node) if isinstance(node, ast.JoinedStr) else [node])
                if isinstance(one, ast.Call) and getattr(one.func, "id", "") in words
            ]
            hidden = isinstance(node, ast.JoinedStr) or any(
                isinstance(one.args[0], ast.JoinedStr) for one in calls if one.args
            )
            lost += [f"{relative(path)}:{one.lineno}" for one in calls if hidden]
    assert not lost


def test_the_migrations_say_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        command.check(running.configuration(app.extensions["engine"]))


def test_every_module_and_function_is_small_and_named_for_what_it_does() -> None:
    broken = [
        *(
            relative(path)
            for path in MODULES
            if len(path.read_text().splitlines()) > LONGEST_MODULE
        ),
        *(relative(path) for path in MODULES if FORBIDDEN_NAMES & {*path.with_suffix("").parts}),
        *(
            f"{relative(path)}: {function.name}"
            for path in MODULES
            for function in functions(path)
            if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
        ),
    ]
    assert not broken


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    def first_paragraph(path: Path) -> str:
        return (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]

    written = [path for path in MODULES if path.read_text().strip()]
    silent = [
        relative(path) for path in written if not first_paragraph(path).endswith(SENTENCE_ENDS)
    ]
    assert not silent


def test_every_module_of_services_has_a_test_at_its_own_path() -> None:
    services = ROOT / "wizard/services"
    modules = [path.relative_to(services) for path in services.rglob("*.py")]
    tested = {
        test.relative_to(ROOT / "tests/services")
        for test in (ROOT / "tests/services").rglob("test_*.py")
        if any(function.name.startswith("test_") for function in functions(test))
    }
    untested = [
        str(module)
        for module in modules
        if module.name != "__init__.py" and module.with_name(f"test_{module.name}") not in tested
    ]
    assert not untested


def test_every_import_stands_at_the_top_of_its_file() -> None:
    inside = [
        f"{relative(path)}: {function.name}"
        for path in MODULES
        for function in functions(path)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert not inside


def test_another_language_is_spoken_only_by_way_of_the_catalogue_that_is_kept() -> None:
    """Flask-Babel's own way leaves the request with the catalogue of the language before."""
    program = (ROOT / "wizard").rglob("*.py")
    forcing = [relative(path) for path in program if "force_locale" in path.read_text("utf-8")]
    assert forcing == ["wizard/web/i18n.py"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_has_its_text(app: Flask, language: str) -> None:
    for cause in CAUSES:
        template = app.jinja_env.get_template(f"causes/{language}/{cause.value}.html")
        with app.test_request_context():
            page: Any = template.module
            assert str(page.heading()).strip(), cause
        assert callable(page.why), cause
        assert callable(page.now), cause


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cause_is_left_in_the_templates_that_the_table_has_not(language: str) -> None:
    texts = {path.stem for path in (ROOT / "templates/causes" / language).glob("*.html")}
    unknown = texts - {cause.value for cause in CAUSES} - LINKS_THAT_ENDED - WAITS
    assert not unknown


def test_every_kind_of_letter_has_its_row_and_its_word() -> None:
    assert set(LETTERS) == set(LETTER_WORDS) == set(LetterKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_letter_has_its_texts(language: str) -> None:
    texts = {path.name for path in (ROOT / "templates/letters" / language).iterdir()}
    wanted = {f"{kind.value}.{form}" for kind in LetterKind for form in ("html", "txt")}
    assert not wanted - texts


def test_no_provider_is_named_where_all_of_them_meet(app: Flask) -> None:
    words = "|".join([*make_providers(app.extensions["settings"]), "spiris"])
    shared = [
        *(ROOT / "wizard/services").rglob("*.py"),
        *(ROOT / "wizard/web").rglob("*.py"),
        *(ROOT / "wizard/models").rglob("*.py"),
        *(
            path
            for path in (ROOT / "templates").rglob("*.html")
            if not str(path.relative_to(ROOT / "templates")).startswith(ABOUT_PROVIDERS)
        ),
    ]
    named = [relative(path) for path in shared if re.search(words, path.read_text(), re.IGNORECASE)]
    assert not named


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing_in_a_catalogue(language: str) -> None:
    path = ROOT / "translations" / language / "LC_MESSAGES/messages.po"
    with path.open("rb") as words:
        catalogue = read_po(words, locale=language)
    for message in catalogue:
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            assert not list(message.check(catalogue)), message.id
