"""Letters on their way: sent once, tried again, refused, or killed between being sent and being marked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer, secret_of
from wizard.jobs.worker import work
from wizard.models import Event, EventKind, InvitationKey, Letter, LetterKind, LetterStatus, now
from wizard.services.invitations import lifecycle
from wizard.services.letters import dispatch
from wizard.services.outbox import Addressee


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


def opens(app: Flask, link: str) -> bool:
    """Whether a link leads into the guide."""
    browser = Browser.open(app)
    page = browser.get(link)
    while page.status == 303:
        page = browser.follow(page)
    return page.status == 200


def events(session: Session, kind: EventKind) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Event.note).where(Event.kind == kind).order_by(Event.id)))


def test_a_letter_is_sent_by_the_background_and_marks_the_invitation(
    app: Flask, session: Session, mail: Mail, mail_server: MailServer
) -> None:
    invitation = mail()
    assert invitation.status == "created"
    work(app, wait=False)
    (letter,) = mail_server.to("anna@example.com")
    assert opens(app, secret_of(letter))
    session.refresh(invitation)
    assert invitation.status == "sent"
    assert events(session, EventKind.LETTER_SENT) == ["invitation"]


def test_twice_taken_up_is_sent_once(mail: Mail, send: Send, mail_server: MailServer) -> None:
    mail()
    send()
    send()
    assert len(mail_server.letters) == 1


def test_whoever_comes_by_meanwhile_finds_it_not_due(
    app: Flask, session: Session, mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    sent_meanwhile: list[object] = []

    def send_again() -> None:
        with app.extensions["sessions"]() as other:
            letter_id = other.scalars(
                select(Letter.id).where(Letter.kind == LetterKind.INVITATION)
            ).one()
            sent_meanwhile.append(dispatch.take_up(other, letter_id))

    mail_server.on_data = send_again
    send()
    assert sent_meanwhile == [None]
    assert len(mail_server.letters) == 1


def test_killed_between_sent_and_marked_it_goes_again_with_the_same_message_id(
    app: Flask,
    session: Session,
    mail: Mail,
    send: Send,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    mail()
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "mark_sent", killed)
        with pytest.raises(KilledError):
            send()
    send()
    assert len(mail_server.letters) == 1
    with time_machine.travel(now() + dispatch.LEASE, tick=True):
        assert dispatch.take_up_due(session) == 1
        send()
        send()
    first, second = mail_server.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert secret_of(first) != secret_of(second)
    assert opens(app, secret_of(first))
    assert opens(app, secret_of(second))
    assert events(session, EventKind.LETTER_SENT) == ["invitation"]


def test_killed_before_it_was_sent_it_is_sent_later(
    session: Session, mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    letter_id = session.scalars(select(Letter.id).where(Letter.kind == LetterKind.INVITATION)).one()
    assert dispatch.take_up(session, letter_id)
    send()
    assert mail_server.letters == []
    with time_machine.travel(now() + dispatch.LEASE, tick=True):
        send()
    assert len(mail_server.letters) == 1


def test_a_server_that_is_busy_is_tried_again_and_again_later(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail_server.answer = "451 busy"
    mail()
    start = now()
    passed = timedelta(0)
    for number, pause in enumerate(dispatch.RETRY_AFTER, start=1):
        with time_machine.travel(start + passed, tick=True):
            send()
            session.expire_all()
            letter = session.scalars(
                select(Letter).where(Letter.kind == LetterKind.INVITATION)
            ).one()
            assert (letter.tries, letter.status) == (number, LetterStatus.WAITING)
        passed += pause + timedelta(minutes=1)
    mail_server.answer = "250 OK"
    with time_machine.travel(start + passed, tick=True):
        send()
    assert len(mail_server.to("anna@example.com")) >= 1
    assert mail_server.to(cast.owner.email) == []


def test_what_cannot_be_sent_for_two_days_is_given_up_and_told(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail(to=Addressee("senare@example.com", "sv"))
    start = now()
    passed = timedelta(0)
    for pause in [*dispatch.RETRY_AFTER, timedelta(0)]:
        with time_machine.travel(start + passed, tick=True):
            send()
        passed += pause + timedelta(minutes=1)
    assert events(session, EventKind.LETTER_BOUNCED)[0] == "invitation"
    with time_machine.travel(start + passed, tick=True):
        send()
    assert "kom inte fram" in str(mail_server.to(cast.owner.email)[0]["Subject"])


def test_a_refused_address_bounces_at_once_and_the_sender_is_told(
    app: Flask, session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    mail(to=Addressee("ingen@example.com", "sv"))
    send()
    send()
    assert events(session, EventKind.LETTER_BOUNCED) == ["invitation"]
    (told,) = mail_server.to(cast.owner.email)
    assert "ingen@example.com" in str(told.get_body(("plain",)))
    living = select(func.count()).where(InvitationKey.ended_at.is_(None))
    assert session.scalar(living) == 0
    waiting = select(func.count()).where(Letter.status == LetterStatus.WAITING)
    assert session.scalar(waiting) == 0  # nor does anything remind that address


def test_a_letter_to_the_sender_that_bounces_makes_no_other_letter(
    session: Session, mail: Mail, send: Send, cast: Cast, mail_server: MailServer
) -> None:
    cast.owner.email = "ingen@example.com"
    session.commit()
    invitation = mail()
    lifecycle.decline(session, invitation, "Nej")
    send()
    send()
    assert events(session, EventKind.LETTER_BOUNCED) == ["declined"]
    assert mail_server.letters == []


def test_a_wrong_password_at_the_mail_server_is_nobodys_bounce(
    make_app: Callable[..., Flask], session: Session, mail: Mail, mail_server: MailServer
) -> None:
    wrong = make_app(**mail_server.settings, smtp_username="oss", smtp_password="fel")
    mail()
    work(wrong, wait=False)
    assert mail_server.letters == []
    assert events(session, EventKind.LETTER_BOUNCED) == []


def test_an_invitation_withdrawn_meanwhile_is_not_mailed(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    lifecycle.withdraw(session, mail(), cast.owner)
    send()
    assert mail_server.letters == []


def test_replaced_links_let_no_letter_that_waits_make_a_new_one(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    lifecycle.new_link(session, mail(), cast.owner)
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        send()
    assert mail_server.letters == []


def test_without_a_mail_server_letters_are_dropped_and_nothing_breaks(
    make_app: Callable[..., Flask], session: Session, mail: Mail, mail_server: MailServer
) -> None:
    mail()
    work(make_app(), wait=False)
    session.rollback()
    kinds = select(Letter.status).where(Letter.kind == LetterKind.INVITATION)
    assert session.scalars(kinds).all() == [LetterStatus.CANCELLED]


def test_no_secret_is_kept_anywhere(
    app: Flask,
    mail: Mail,
    send: Send,
    mail_server: MailServer,
    everything: Callable[[], str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    mail()
    send()
    secret = secret_of(mail_server.letters[0]).removeprefix("/k/")
    assert opens(app, f"/k/{secret}")
    assert secret not in everything()
    assert secret not in "".join(capfd.readouterr())
