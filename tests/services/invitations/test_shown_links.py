"""A link that is only shown is the link that would be changed, without its session."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import DetachedInstanceError

from tests.support.cast import Cast
from tests.support.traveller import invite
from wizard.models import InvitationKey, User
from wizard.services.invitations import lifecycle, shown_links, visits
from wizard.web.onboarding.visit import visit_to


@pytest.fixture
def key(app: Flask, session: Session) -> InvitationKey:
    """A link to an invitation."""
    found = visits.find_key(session, invite(app).secret)
    assert found
    return found


def shown(app: Flask, key: InvitationKey, *more: int) -> InvitationKey | None:
    return shown_links.held(app.extensions["engine"], [key.id, *more], key.invitation.public_id)


def columns_of(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def parts_of(key: InvitationKey) -> dict[str, Any]:
    company = key.invitation.company
    return {
        "key": key,
        "invitation": key.invitation,
        "company": company,
        "firm": company.firm,
        "sender": key.invitation.created_by,
        "responsible": company.responsible,
    }


@pytest.mark.parametrize("somebody", [True, False])
def test_what_is_shown_is_what_a_session_loads(
    app: Flask, session: Session, cast: Cast, key: InvitationKey, somebody: bool
) -> None:
    key.invitation.created_by = session.get_one(User, cast.owner.id) if somebody else None
    key.invitation.company.responsible = session.get_one(User, cast.owner.id) if somebody else None
    session.commit()
    found = shown(app, key)
    assert found
    loaded = parts_of(session.get_one(InvitationKey, key.id, populate_existing=True))
    for name, part in parts_of(found).items():
        assert (part is None) == (loaded[name] is None), name
        for column, value in columns_of(part).items() if part else ():
            if not hasattr(value, "metadata"):  # a row beside it is compared by itself
                assert value == getattr(loaded[name], column), (name, column)
    assert visit_to(found.invitation, found.open_step) == visit_to(key.invitation, key.open_step)


def test_what_was_not_read_is_no_silent_none(app: Flask, key: InvitationKey) -> None:
    found = shown(app, key)
    assert found
    with pytest.raises(DetachedInstanceError):
        _ = found.invitation.company.own_reference
    with pytest.raises(DetachedInstanceError):
        _ = found.contact


def test_the_newest_link_that_works_is_shown(
    app: Flask, session: Session, cast: Cast, key: InvitationKey
) -> None:
    lifecycle.new_link(session, key.invitation, session.get_one(User, cast.admin.id))
    newer = session.query(InvitationKey).order_by(InvitationKey.id.desc()).first()
    assert newer
    assert newer.id != key.id
    both = shown(app, key, newer.id)
    assert both
    assert both.id == newer.id
    old = shown(app, key)
    assert old
    assert old.ended_at


def test_no_other_link_is_shown(app: Flask, key: InvitationKey) -> None:
    engine = app.extensions["engine"]
    assert shown_links.held(engine, [], key.invitation.public_id) is None
    assert shown_links.held(engine, [key.id + 1], key.invitation.public_id) is None
    assert shown_links.held(engine, [key.id], "another") is None


def test_the_secret_of_a_link_is_not_read(app: Flask, key: InvitationKey) -> None:
    found = shown(app, key)
    assert found
    assert "secret_hash" not in vars(found)
