"""A form that was being written when the session ended is shown again, filled in: every form there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.traveller import address, invite
from wizard.models import (
    Invitation,
    InvitationKey,
    KeptForm,
    Role,
    StaffSession,
    Step,
    User,
    now,
)
from wizard.services.accounts import kept_forms as service

Open = Callable[..., Browser]
MAIL = {
    "smtp_host": "127.0.0.1",
    "smtp_port": 1,
    "smtp_security": "none",
    "mail_sender": "guiden@example.com",
}
OURS = {"Origin": "http://localhost"}
OF_EVERY_FORM = {"csrf_token", "press"}
WRITABLE = {"text", "email", "tel", "url", "search", "radio", "checkbox", "password"}


# Boxes that say how a list looks, or which of its rows are meant: nobody loses what she wrote.
NOTHING_WRITTEN = {"/foretag/kolumner", "/foretag/flera"}


@dataclass(frozen=True)
class Written:
    """A form of a page, as somebody has filled it in."""

    page: str
    action: str
    fields: dict[str, str]
    kept: dict[str, str]


def forms_of(page: Page, path: str) -> Iterator[Written]:
    assert page.tree is not None
    for form in page.tree.iter("form"):
        if form.get("method") != "post":
            continue
        written = dict(filter(None, map(_filled_in, form.iter())))
        secret = {each.get("name") for each in form.iter() if _is_secret(each)}
        kept = {name: words for name, words in written.items() if name not in secret}
        if kept and form.get("action") not in NOTHING_WRITTEN:
            yield Written(path, form.get("action", ""), written, kept)


def _is_secret(field: Element) -> bool:
    """A password, or a code that proves who somebody is."""
    return field.get("type") == "password" or field.get("autocomplete") == "one-time-code"


def _filled_in(field: Element) -> tuple[str, str] | None:
    name, kind = field.get("name", ""), field.get("type", "text")
    if not name or name in OF_EVERY_FORM:
        return None
    if field.tag == "textarea":
        return name, "Skrivet på två\nrader"
    if field.tag != "input" or kind not in WRITABLE:
        return None
    chosen = kind in {"radio", "checkbox"}
    return name, field.get("value", "") if chosen else f"Ord i {name}"


def shown(page: Page, action: str) -> dict[str, str]:
    """What a form of the page holds now."""
    assert page.tree is not None
    found: dict[str, str] = {}
    for form in page.tree.iter("form"):
        if form.get("action") == action:
            for field in form.iter():
                found.update(_held(field))
    return found


def _held(field: Element) -> dict[str, str]:
    name = field.get("name", "")
    if field.tag == "textarea":
        return {name: "".join(field.itertext()).lstrip("\n")}
    if field.tag != "input" or name in OF_EVERY_FORM:
        return {}
    if field.get("type") in {"radio", "checkbox"} and field.get("checked") is None:
        return {}
    return {name: field.get("value", "")}


def paths(app: Flask, values: dict[str, Any]) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    build = app.url_map.bind("").build
    return sorted(
        {
            build(rule.endpoint, {name: values[name] for name in rule.arguments})
            for rule in rules
            if rule.arguments <= set(values) and rule.endpoint not in {"static", "language.choose"}
        }
    )


def written_by(app: Flask, user: User, values: dict[str, Any]) -> list[Written]:
    """Every form that this member of staff can fill in."""
    opened = Browser.open(app, user)
    found: list[Written] = []
    for path in paths(app, values):
        page = opened.get(path)
        if page.status == 200 and page.tree is not None:
            closed = Browser.open(app).get(path).status != 200  # to whoever has not signed in
            found += forms_of(page, path) if closed else []
    return found


def send(browser: Browser, form: Written, **more: str) -> Page:
    headers = {**OURS, "Referer": f"http://localhost{form.page}"}
    return browser.post(form.action, {**form.fields, **more}, headers=headers)


def sign_in(browser: Browser, email: str, where: str = "/logga-in") -> Page:
    return browser.post(where, {"email": email, "password": PASSWORD})


def number_kept(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(KeptForm)) or 0


@pytest.mark.parametrize("who", ["owner", "admin"])
@pytest.mark.parametrize("forged", [False, True])
def test_every_form_of_staff_is_shown_again(
    make_app: Callable[..., Flask], cast: Cast, session: Session, who: str, *, forged: bool
) -> None:
    app, user = make_app(**MAIL), getattr(cast, who)
    values = {"public_id": cast.company.public_id, "firm_id": cast.firm.id}
    forms = written_by(app, user, values)
    least = {Role.MEMBER: 3, Role.ADMIN: 5}[user.role]
    assert len({form.action for form in forms}) >= least, forms
    for form in forms:
        opened = Browser.open(app, user)
        opened.get(form.page, 200)
        if forged:
            refused = send(opened, form, csrf_token="of another session")
            assert (refused.status, refused.location) == (303, form.page), form
        else:
            session.execute(update(StaffSession).values(ended_at=now()))
            session.commit()
            refused = send(opened, form)
            assert refused.goes_to == "/logga-in", form
            led = sign_in(opened, user.email, refused.location)
            assert led.location == form.page, form
        again = opened.get(form.page, 200)
        held = shown(again, form.action)
        assert {name: held.get(name) for name in form.kept} == form.kept, form
        assert "Det här hade du skrivit." in again.words, form
        assert "Ord i password" not in again.text


@pytest.mark.parametrize("forged", [False, True])
def test_every_form_of_an_approver_is_shown_again(
    make_app: Callable[..., Flask], session: Session, *, forged: bool
) -> None:
    app = make_app(**MAIL)
    link = invite(app)
    first = Browser.open(app)
    first.arrive(address(link))
    session.execute(update(InvitationKey).values(step=Step.APPROVE))
    session.commit()
    values = {"public_id": session.scalar(select(Invitation.public_id))}
    forms = [
        form
        for path in paths(app, values)
        if path.startswith("/koppla/")
        and (page := first.get(path)).status == 200
        and page.tree is not None
        for form in forms_of(page, path)
    ]
    assert len({form.action for form in forms}) >= 3, forms
    for form in forms:
        opened = Browser.open(app)
        opened.arrive(address(link))
        opened.client.delete_cookie("session")
        if forged:
            refused = send(opened, form, csrf_token="of another session")
            assert (refused.status, refused.goes_to) == (303, form.page), form
        else:
            assert send(opened, form).status == 404
        opened.arrive(address(link))
        held = shown(opened.get(form.page, 200), form.action)
        assert {name: held.get(name) for name in form.kept} == form.kept, form


@pytest.fixture
def form(cast: Cast) -> Written:
    words = {"name": "Nya AB", "organisation_number": "5560125790"}
    return Written("/foretag/nytt", "/foretag/nytt", words, words)


def test_it_is_sealed_bound_to_its_writer_and_gone_when_sent(
    browser: Open, cast: Cast, session: Session, form: Written
) -> None:
    opened = browser(cast.owner)
    session.execute(update(StaffSession).values(ended_at=now()))
    session.commit()
    send(opened, form)
    kept = session.scalars(select(KeptForm)).one()
    assert b"Nya AB" not in kept.words
    assert kept.user_id == cast.owner.id
    sign_in(opened, cast.colleague.email)
    assert opened.get(form.page, 200).value("name") == ""
    sign_in(opened, cast.owner.email)
    assert browser(cast.owner).get(form.page, 200).value("name") == ""  # another browser of hers
    assert number_kept(session) == 1


def test_it_is_forgotten_when_it_is_sent_anew_and_after_an_hour(
    browser: Open, cast: Cast, session: Session, form: Written
) -> None:
    opened = browser(cast.owner)
    send(opened, form, csrf_token="none")
    assert opened.get(form.page, 200).value("name") == "Nya AB"
    assert send(opened, form).status == 303
    assert number_kept(session) == 0
    assert opened.get(form.page, 200).value("name") == ""
    send(opened, form, csrf_token="none")
    session.execute(update(KeptForm).values(kept_at=now() - service.KEPT))
    session.commit()
    assert opened.get(form.page, 200).value("name") == ""
    assert service.forget_old(session) == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_what_another_site_sends_is_not_kept(
    browser: Open, cast: Cast, session: Session, form: Written, origin: str
) -> None:
    headers = {"Origin": origin} if origin else {}
    opened = browser(cast.owner)
    answer = opened.post(form.action, {**form.fields, "csrf_token": "none"}, headers=headers)
    assert answer.status == 400
    assert number_kept(session) == 0


def test_what_is_too_much_is_not_kept(
    browser: Open, cast: Cast, session: Session, form: Written
) -> None:
    much = {"name": "x" * service.LARGEST_BYTES}
    assert send(browser(cast.owner), form, csrf_token="none", **much).location == form.page
    assert number_kept(session) == 0
