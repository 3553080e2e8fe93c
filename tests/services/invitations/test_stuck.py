"""The sender hears once of an approver who has not moved for days."""

from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer, html_of, secret_of, text_of
from wizard.models import Authorization, AuthorizationStatus, InvitationStatus, now
from wizard.services.invitations import lifecycle, stuck, visits


def test_the_sender_hears_once_of_an_approver_who_is_stuck(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail()
    send()
    key = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert key
    visits.go_straight(session, key)
    assert key.invitation.status is InvitationStatus.STARTED
    start = now()
    for hours, expected in ((71, 0), (73, 1), (120, 1)):
        with time_machine.travel(start + timedelta(hours=hours), tick=True):
            stuck.tell_of_standstills(session)
            send()
        assert len(mail_server.to(cast.owner.email)) == expected
    (told,) = mail_server.to(cast.owner.email)
    assert "Ge behörighet" in str(told.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_the_letter_about_one_who_is_stuck_leads_to_the_cure(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    invitation = mail()
    send()
    key = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert key
    visits.go_straight(session, key)
    session.add(
        Authorization(
            invitation_id=invitation.id,
            key_id=key.id,
            state_hash=b"s" * 32,
            browser_hash=b"b" * 32,
            cause="wrong_company",
            status=AuthorizationStatus.FAILED,
        )
    )
    session.commit()
    with time_machine.travel(now() + timedelta(days=4), tick=True):
        stuck.tell_of_standstills(session)
        send()
    (told,) = mail_server.to(cast.owner.email)
    for words in (text_of(told), html_of(told)):
        assert "http://localhost/hjalp/standardforetag#steg-1" in words


def test_nobody_who_has_moved_on_is_called_stuck(session: Session, mail: Mail, cast: Cast) -> None:
    invitation = mail()
    with time_machine.travel(now() + timedelta(days=4), tick=True):
        assert stuck.tell_of_standstills(session) == 0  # not started: reminders do that
    lifecycle.started(session, invitation)
    session.commit()
    lifecycle.withdraw(session, invitation, cast.owner)
    with time_machine.travel(now() + timedelta(days=4), tick=True):
        assert stuck.tell_of_standstills(session) == 0
