"""The platform's keys in the admin: made and shown once, listed, revoked; for admins alone."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.transactions import Statements
from wizard.models import ApiKey
from wizard.services import pages
from wizard.services.api import api_keys

Open = Callable[..., Browser]
CHOSEN = {"name": "Analys", "scopes": "status", "last_day": str(api_keys.usual_last_day())}


def test_create_shows_the_key_once_and_keeps_a_hash(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    admin = browser(cast.admin)
    assert "Byrån AB" in admin.get("/admin/nycklar/ny", 200).text
    page = admin.post("/admin/nycklar/ny", {**CHOSEN, "firm": "Byrån AB"}, 200)
    secret = page.value("key")
    assert secret.startswith("kg_")
    key = session.scalars(select(ApiKey)).one()
    assert (key.firm_id, key.created_by_id) == (cast.firm.id, cast.admin.id)
    assert secret.encode() not in key.secret_hash
    listed = admin.get("/admin/nycklar", 200)
    assert secret not in listed.text
    assert secret[:7] in listed.words
    Platform(app.test_client(), secret).get("/companies", 200)


def test_create_refuses_a_firm_there_is_not_and_a_name_that_is_none(
    browser: Open, cast: Cast, session: Session
) -> None:
    for wrong in ({"firm": "Ingen AB"}, {"firm": "Byrån AB", "name": " "}):
        form = {**CHOSEN, **wrong}
        page = browser(cast.admin).post("/admin/nycklar/ny", form, 200)
        assert page.tree is not None
        assert (page.tree.findtext("head/title") or "").startswith("Fel:")
    assert session.scalars(select(ApiKey)).all() == []


def test_revoke_ends_a_key_at_once(app: Flask, browser: Open, cast: Cast, session: Session) -> None:
    platform = Platform.of(app, session, cast.firm)
    key = session.scalars(select(ApiKey)).one()
    admin = browser(cast.admin)
    for _ in range(2):
        admin.post(f"/admin/nycklar/{key.public_id}/aterkalla", status=303)
    assert "Återkallad" in admin.get("/admin/nycklar", 200).words
    platform.get("/companies", 401)
    admin.post("/admin/nycklar/okand/aterkalla", status=404)


def test_index_is_for_admins_and_takes_four_statements_at_most(
    browser: Open, cast: Cast, session: Session, statements: Callable[[], Statements]
) -> None:
    for number in range(pages.PAGE + 1):
        api_keys.create(session, cast.firm, f"Nyckel {number}", cast.admin)
    admin = browser(cast.admin)
    with statements() as sent:
        page = admin.get("/admin/nycklar", 200)
    assert len(sent) <= 4
    following = next(link for link in page.links if "after=" in link)
    assert "Nyckel 0" in admin.get(following, 200).words
    for path in ("/admin/nycklar", "/admin/nycklar/ny"):
        for user in (cast.owner, cast.support):
            browser(user).get(path, 403)
        assert browser().get(path, 303).location.startswith("/logga-in")
