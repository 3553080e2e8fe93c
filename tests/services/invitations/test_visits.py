"""The approver at her link: where she is, what she answers, what she asks of the sender."""

from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer, secret_of
from wizard.models import EventKind, Invitation
from wizard.services.invitations import lifecycle, visits


def test_the_sender_is_told_of_each_thing_once(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail()
    send()
    key = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert key
    for kind in (EventKind.NUMBER_QUESTIONED, EventKind.NEW_LINK_ASKED):
        visits.tell_sender(session, key, kind)
        visits.tell_sender(session, key, kind)
    lifecycle.decline(session, session.get_one(Invitation, key.invitation_id), "Vi har bytt.")
    send()
    told = mail_server.to(cast.owner.email)
    assert len(told) == 3
    assert "Vi har bytt." in str(told[2].get_body(("plain",)))


def test_a_link_asked_for_and_made_may_be_asked_for_again(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail()
    send()
    key = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert key
    asked = EventKind.NEW_LINK_ASKED
    visits.tell_sender(session, key, asked)
    assert visits.was_told(session, key.invitation, asked)
    lifecycle.new_link(session, key.invitation, cast.owner)
    assert not visits.was_told(session, key.invitation, asked)
