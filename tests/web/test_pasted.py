"""What people paste is taken for what they meant, in every form and in every search."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from tests.support.connections import make_connection
from wizard.config import ROOT
from wizard.models import KeyPurpose
from wizard.services.books.labels import Label, parse_label
from wizard.services.companies.support_search import code_in
from wizard.services.invitations import lifecycle
from wizard.services.values.search import clean_search

Open = Callable[..., Browser]

ADDRESSES = [
    "Anna Ek <anna@example.com>",
    '"Ek, Anna" <Anna@Example.com>;',
    "mailto:anna@example.com",
    "anna@example.com;",
    "anna@example.com.",
    "\u200banna@example.com\u00a0",
    "anna\u00ad@example.com\n",
]
NUMBERS = [
    "559123-4561",
    "559123–4561",
    "559123\u00a04561",
    "\u200e5591234561\u200b",
    "SE559123456101",
    "SE 559123-4561 01",
    "16559123-4561",
    "Org.nr 559123-4561",
]
NAMES = ["Ängsbageriet", "A\u0308ngs\u00adbageriet", "\u200bÄngsbageriet\t", "ÄNGSBAGERIET\u2028AB"]
PHONES = ["08-123 45 67", "08–123\u00a045\u200967", "\u200e+46 8 123 45 67\u200b"]
UNSEEN = "Rad\u2028ett\u200b och\u00a0\u202etvå"
SEEN = "Rad ett och två"


def _forms(kind: type[Any] = FlaskForm) -> Iterator[type[Any]]:
    for form in kind.__subclasses__():
        if form.__module__.startswith("wizard.web.") and form.__name__ != "Form":
            yield form
        yield from _forms(form)


def _fields(named: str) -> list[tuple[type[Any], str]]:
    """The fields of all forms in which people write something of this name."""
    return [
        (form, name)
        for form in _forms()
        for name, field in inspect.getmembers(form)
        if re.search(named, name) and getattr(field, "field_class", None) is StringField
    ]


def _filled(form: type[Any], name: str, text: str) -> Any:
    return form(formdata=MultiDict({name: text}), meta={"csrf": False})


def _errors(form: type[Any], name: str, text: str) -> list[str]:
    """What is wrong with this text in the field, by its own validators and its form's."""
    filled = _filled(form, name, text)
    field: Field = filled[name]
    own = getattr(form, f"validate_{name}", None)
    field.validate(filled, [own] if own else [])
    return list(field.errors)


@pytest.mark.parametrize(
    ("named", "texts", "at_least"),
    [("email", ADDRESSES, 8), ("organisation_number", NUMBERS, 1), ("phone", PHONES, 1)],
)
def test_a_form_takes_what_is_pasted(
    app: Flask, named: str, texts: list[str], at_least: int
) -> None:
    fields = _fields(named)
    assert len(fields) >= at_least
    with app.test_request_context():
        for form, name in fields:
            for text in texts:
                assert _errors(form, name, text) == [], (form, name, text)


def test_lines_hold_nothing_unseen(app: Flask) -> None:
    with app.test_request_context():
        for form, name in _fields(""):
            assert _filled(form, name, UNSEEN)[name].data == SEEN, (form, name)


def test_every_search_is_cleaned_in_the_one_way() -> None:
    found = 0
    for path in (ROOT / "wizard/web").rglob("*.py"):
        asked = re.findall(r"(\w*)\(?request\.args\.get\(\"(?:search|q)\"", path.read_text())
        found += len(asked)
        assert set(asked) <= {"clean_search", "clean_query"}, path
    assert found >= 4


@pytest.mark.parametrize("text", [*NUMBERS, *NAMES])
def test_every_search_for_companies_finds_what_is_pasted(
    browser: Open, cast: Cast, session: Session, text: str
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link)
    places = [
        (cast.owner, "/foretag", "search"),
        (cast.admin, "/admin/kopplingar", "search"),
        (cast.admin, "/support", "q"),
    ]
    for user, path, name in places:
        page = browser(user).get(path, query_string={name: text})
        found = page.location.startswith("/support/") or cast.company.name in page.words
        assert found, (path, text)


@pytest.mark.parametrize("text", ADDRESSES)
def test_support_finds_by_an_address_and_staff_sign_in_with_it(
    browser: Open, cast: Cast, session: Session, text: str
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    make_connection(session, link, approver_email="anna@example.com")
    cast.owner.email = "anna@example.com"
    session.add(cast.owner)
    session.commit()
    assert (
        browser(cast.admin)
        .get("/support", query_string={"q": text})
        .location.startswith("/support/")
    )
    signed_in = browser().post("/logga-in", {"email": text, "password": PASSWORD})
    assert signed_in.location == "/foretag"


@pytest.mark.parametrize("text", ["A-12", "A–12", "a\u200b 12\u00a0", "A\u202f12", "\u200eA12"])
def test_a_voucher_is_found_by_its_label_as_people_write_it(text: str) -> None:
    assert parse_label(clean_search(text).upper()) == Label("A", 12)


def test_a_label_in_two_parts_is_the_letter_that_is_read() -> None:
    assert parse_label("A\u030a12") == parse_label("Å12") == Label("Å", 12)


@pytest.mark.parametrize("between", ["-", "–", "\u00a0", "\u200b", " "])
def test_a_code_is_taken_with_whatever_stands_between(between: str) -> None:
    assert code_in(clean_search(f"QKB{between}9P8")) == "qkb9p8"
