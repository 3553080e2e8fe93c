"""An end says when, by whom, and what the provider has said of it."""

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from tests.support.grants import give_sealed, grant_of
from wizard.models import Actor, Connection, GrantState, KeyPurpose
from wizard.services import history
from wizard.services.api import api_keys
from wizard.services.connections import endings
from wizard.services.connections.disconnection import disconnect
from wizard.services.connections.endings import Ending, HandedBack
from wizard.services.grants import state
from wizard.services.invitations import lifecycle


def connect(session: Session, cast: Cast) -> Connection:
    """A connection of the company, with a grant."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    made = make_connection(session, link)
    give_sealed(session, made)
    return made


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """The company's connection."""
    return connect(session, cast)


def ending(session: Session, connection: Connection) -> Ending:
    """How it ended."""
    found = endings.of_connection(session, connection.public_id)
    assert found
    return found


def test_what_lives_has_no_end(session: Session, cast: Cast, connection: Connection) -> None:
    assert endings.of_connection(session, connection.public_id) is None
    assert endings.newest_of(session, cast.company) is None
    assert endings.of_invitation(session, connection.invitation_id) is None
    assert endings.of_connection(session, "finnsinte") is None


@pytest.mark.parametrize(
    ("who", "actor", "by"),
    [
        ("owner", Actor.STAFF, "firm"),
        ("admin", Actor.STAFF, "operator"),
        (None, Actor.APPROVER, "approver"),
        (None, Actor.SYSTEM, "operator"),
    ],
)
def test_an_end_is_by_a_role_and_names_nobody(
    session: Session, cast: Cast, connection: Connection, who: str | None, actor: Actor, by: str
) -> None:
    staff = getattr(cast, who) if who else None
    disconnect(session, connection, staff=staff, actor=actor)
    found = ending(session, connection)
    assert (found.by, found.at) == (by, connection.ended_at)
    assert endings.of_invitation(session, connection.invitation_id) == found


def test_an_end_by_a_key_is_the_platforms(
    session: Session, cast: Cast, connection: Connection
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", None).key
    session.info[history.API_KEY] = key.id
    disconnect(session, connection, actor=Actor.SYSTEM)
    assert ending(session, connection).by == "platform"


@pytest.mark.parametrize(
    ("said", "handed_back"),
    [
        (None, HandedBack.PENDING),
        (GrantState.REVOKED, HandedBack.CONFIRMED),
        (GrantState.DEAD, HandedBack.GIVEN_UP),
    ],
)
def test_an_end_says_what_became_of_the_grant(
    session: Session,
    connection: Connection,
    said: GrantState | None,
    handed_back: HandedBack,
) -> None:
    disconnect(session, connection, actor=Actor.APPROVER)
    if said:
        state.end(grant_of(session, connection), said)
        session.commit()
    found = ending(session, connection)
    assert found.handed_back is handed_back
    assert (found.confirmed_at is not None) is (said is GrantState.REVOKED)


def test_what_had_ended_at_the_provider_before_is_handed_back_by_nobody(
    session: Session, connection: Connection
) -> None:
    connection.grant_id = None
    session.commit()
    disconnect(session, connection, actor=Actor.APPROVER)
    assert ending(session, connection).handed_back is HandedBack.NOTHING


def test_of_several_ends_the_newest_is_the_companys(
    session: Session, cast: Cast, connection: Connection
) -> None:
    disconnect(session, connection, staff=cast.owner, actor=Actor.STAFF)
    again = connect(session, cast)
    disconnect(session, again, actor=Actor.APPROVER)
    newest = endings.newest_of(session, cast.company)
    assert newest == ending(session, again)
    assert newest.by == "approver"
    assert ending(session, connection).by == "firm"


def test_a_connection_rests_on_the_last_consent(session: Session, connection: Connection) -> None:
    assert endings.newest_consent(session, connection.id) is None
    first = consent_for(session, connection.invitation_id, connection.id)
    last = consent_for(session, connection.invitation_id, connection.id)
    found = endings.newest_consent(session, connection.id)
    assert found
    assert found.id == last.id > first.id
