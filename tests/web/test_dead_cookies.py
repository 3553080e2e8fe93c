"""A cookie whose session has ended is a stranger's, on every route that there is."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import StaffSession, User
from wizard.services.accounts import administration
from wizard.web.hooks import access


def is_guarded(app: Flask, rule: Rule) -> bool:
    """True if the view stands behind `access.allowed`, by its decorators."""
    view: Any = app.view_functions[rule.endpoint]
    while view is not None:
        if view.__code__.co_filename == access.__file__:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


@pytest.mark.parametrize("who", ["owner", "support", "admin"])
def test_every_route_answers_a_dead_cookie_as_it_answers_a_stranger(
    app: Flask, session: Session, cast: Cast, who: str
) -> None:
    user: User = getattr(cast, who)
    user.may_manage_members = who == "owner"
    spare = User(name="Alva Al", email="alva@example.com", role=cast.admin.role, password_hash="x")
    session.add(spare)
    session.commit()
    before = Browser.open(app, user)
    assert before.get("/konto", 200)
    cookie = before.client.get_cookie("session")
    assert cookie
    administration.deactivate(session, None, user)
    administration.activate(session, None, user)
    guarded = 0
    for rule in app.url_map.iter_rules():
        path = app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, "okand"))
        for method in (rule.methods or set()) & {"GET", "POST"}:
            opened, stranger = Browser.open(app), Browser.open(app)
            opened.client.set_cookie("session", cookie.value)
            hers, theirs = (
                each.get(path) if method == "GET" else each.post(path)
                for each in (opened, stranger)
            )
            assert (hers.status, hers.goes_to) == (theirs.status, theirs.goes_to), rule
            if is_guarded(app, rule):
                guarded += 1
                assert (hers.status, hers.goes_to) == (303, "/logga-in"), rule
    assert guarded > 80
    living = select(StaffSession.id).where(StaffSession.ended_at.is_(None))
    assert session.scalars(living).all() == []
