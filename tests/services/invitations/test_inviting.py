"""An invitation is for a company that needs one: to connect, or to renew what is connected."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.broken import disturb, need_renewal, recover
from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.models import Actor, Connection, Invitation, InvitationKey, KeyPurpose
from wizard.services.connections.disconnection import disconnect
from wizard.services.invitations.inviting import (
    ConnectedAlreadyError,
    NotConnectedError,
    invite,
    invite_to_renew,
)
from wizard.services.invitations.lifecycle import Link


def link(session: Session, cast: Cast) -> Link:
    return invite(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """The company's connection, which works."""
    return make_connection(session, link(session, cast))


def test_inviting_twice_is_one_invitation_with_two_links(session: Session, cast: Cast) -> None:
    first, second = link(session, cast), link(session, cast)
    assert first.invitation.id == second.invitation.id
    assert first.secret != second.secret
    assert session.scalar(select(func.count(InvitationKey.id))) == 2


def test_what_works_or_is_disturbed_for_a_while_needs_no_invitation(
    session: Session, cast: Cast, connection: Connection
) -> None:
    for change in (recover, disturb):
        change(session, connection)
        session.expire_all()
        with pytest.raises(ConnectedAlreadyError):
            link(session, cast)
    assert session.scalar(select(func.count(Invitation.id))) == 1


def test_what_needs_renewal_gets_an_invitation_to_renew_that_very_connection(
    session: Session, cast: Cast, connection: Connection
) -> None:
    need_renewal(session, connection)
    session.expire_all()
    assert link(session, cast).invitation.renews_id == connection.id


def test_an_invitation_to_renew_what_works_may_be_shown_again_once_somebody_made_it(
    session: Session, cast: Cast, connection: Connection
) -> None:
    made = invite_to_renew(session, cast.company, cast.owner, KeyPurpose.COPIED)
    assert made.invitation.renews_id == connection.id
    assert link(session, cast).invitation.id == made.invitation.id


def test_nothing_is_renewed_where_nothing_is_connected(
    session: Session, cast: Cast, connection: Connection
) -> None:
    with pytest.raises(NotConnectedError):
        invite_to_renew(session, cast.other_company, cast.stranger, KeyPurpose.COPIED)
    disconnect(session, connection, staff=cast.owner, actor=Actor.STAFF)
    with pytest.raises(NotConnectedError):
        invite_to_renew(session, cast.company, cast.owner, KeyPurpose.COPIED)
    assert link(session, cast).invitation.renews_id is None
