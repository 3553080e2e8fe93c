"""A line in the history says who did what, and comes with the change it tells of or not at all."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Actor, Event, EventKind, Invitation, KeyPurpose
from wizard.services import history
from wizard.services.api import api_keys
from wizard.services.history import record
from wizard.services.invitations import lifecycle

KIND = EventKind.REMINDERS_PAUSED


@pytest.fixture
def invitation(session: Session, cast: Cast) -> Invitation:
    """An invitation to tell of."""
    return lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED).invitation


def written(session: Session) -> Event:
    """The newest line."""
    session.commit()
    return session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_what_staff_did_is_theirs_whatever_else_is_said(
    session: Session, cast: Cast, invitation: Invitation
) -> None:
    record(session, KIND, invitation, staff=cast.owner, actor=Actor.APPROVER)
    event = written(session)
    assert (event.actor, event.user_id, event.api_key_id) == (Actor.STAFF, cast.owner.id, None)
    assert (event.company_id, event.invitation_id) == (cast.company.id, invitation.id)


def test_what_is_done_with_a_key_is_the_platforms_but_not_what_the_approver_does(
    session: Session, cast: Cast, invitation: Invitation
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", None).key
    session.info[history.API_KEY] = key.id
    for given, said in ((Actor.SYSTEM, Actor.PLATFORM), (Actor.APPROVER, Actor.APPROVER)):
        record(session, KIND, invitation, actor=given)
        event = written(session)
        assert (event.actor, event.api_key_id) == (said, key.id)


def test_a_line_goes_with_its_callers_rollback(session: Session, invitation: Invitation) -> None:
    before = written(session).id
    record(session, KIND, invitation)
    session.rollback()
    assert written(session).id == before


def test_a_long_note_is_cut_and_an_empty_one_is_none(
    session: Session, invitation: Invitation
) -> None:
    record(session, KIND, invitation, note="å" * 5000)
    assert written(session).note == "å" * history.NOTE_LENGTH
    record(session, KIND, invitation, note="")
    assert written(session).note is None


def test_a_line_about_nothing_is_a_mistake(session: Session) -> None:
    with pytest.raises(ValueError, match="about an invitation or a connection"):
        record(session, KIND)
