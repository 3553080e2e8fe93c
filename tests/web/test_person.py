"""The page about a person: for admins alone, with what is kept, as a file, and erasing."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import AuditAction, AuditEntry
from wizard.services.upkeep.personal_data import PARTS, Why
from wizard.web.person import wording

Open = Callable[..., Browser]
PAGE = "/admin/personuppgifter"


def test_an_admin_sees_fetches_and_erases(browser: Open, cast: Cast, session: Session) -> None:
    admin, hers = browser(cast.admin), {"email": cast.firm.contact_email}
    page = admin.post(PAGE, hers, 200)
    for words in ("Britta Berg", "Namngiven av en byrå", "Ändra det på byråns sida."):
        assert words in page.words
    fetched = admin.post(PAGE, {**hers, "go": "fetch"}, 200)
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    found = json.loads(fetched.text)
    assert found["person"] == cast.firm.contact_email
    assert found["kept"]["firm"]["rows"][0]["contact_name"] == "Britta Berg"
    assert admin.post(PAGE, {**hers, "go": "erase"}, 303).location == PAGE
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == [AuditAction.PERSON_READ, AuditAction.EXPORTED, AuditAction.PERSON_ERASED]


def test_nothing_kept_and_no_address_are_said(browser: Open, cast: Cast) -> None:
    admin = browser(cast.admin)
    assert "Inget sparas" in admin.post(PAGE, {"email": "ingen@example.com"}, 200).words
    assert "Adressen stämmer inte" in admin.post(PAGE, {"email": "x"}, 200).words


@pytest.mark.parametrize("who", ["owner", "support"])
def test_others_may_not(browser: Open, cast: Cast, who: str) -> None:
    visitor = browser(getattr(cast, who))
    visitor.get(PAGE, 403)
    visitor.post(PAGE, {"email": cast.owner.email}, 403)


def test_everything_shown_has_its_words(app: Flask) -> None:
    assert set(wording.KINDS) == {kind for kind, *_ in PARTS}
    assert set(wording.WHY) == set(Why)
    assert set(wording.COLUMNS) == {column for *_, columns in PARTS for column in columns}
