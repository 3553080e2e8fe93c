"""Reminders are few and quiet: on their days, to one person, and only while there is something to do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer, secret_of, send_due
from wizard.models import Invitation, LetterKind, RequirementAnswer, Step, now
from wizard.services import outbox
from wizard.services.invitations import lifecycle, reminders, visits
from wizard.services.invitations.lifecycle import Link
from wizard.services.outbox import Addressee

PATIENCE = 20  # seconds; reached only if another worker sends too
Ends = Callable[[Session, Invitation, Cast], object]


def live(days: int, send: Send) -> None:
    """Let the days pass, with the background at work four times a day."""
    start = now()
    for quarter in range(1, 4 * days + 1):
        with time_machine.travel(start + timedelta(hours=6 * quarter), tick=True):
            send()


def test_three_reminders_at_most_on_day_two_seven_and_the_day_before_the_end(
    mail: Mail, send: Send, mail_server: MailServer
) -> None:
    start = now() - timedelta(seconds=1)  # letters are dated in whole seconds
    mail()
    send()
    live(20, send)
    sent = [letter["Date"].datetime - start for letter in mail_server.to("anna@example.com")]
    assert [passed.days for passed in sent] == [0, 2, 7, 13]
    assert len({secret_of(letter) for letter in mail_server.letters}) == 4
    assert mail_server.letters[1]["Auto-Submitted"] == "auto-generated"


def withdraw(session: Session, invitation: Invitation, cast: Cast) -> None:
    lifecycle.withdraw(session, invitation, cast.owner)


def decline(session: Session, invitation: Invitation, _cast: Cast) -> None:
    lifecycle.decline(session, invitation, "")


def replace(session: Session, invitation: Invitation, cast: Cast) -> None:
    lifecycle.new_link(session, invitation, cast.owner)


def connect(session: Session, invitation: Invitation, _cast: Cast) -> None:
    make_connection(session, Link(invitation, ""))


def pause(session: Session, invitation: Invitation, cast: Cast) -> None:
    reminders.pause(session, invitation, cast.owner)


@pytest.mark.parametrize("end", [withdraw, decline, replace, connect, pause])
def test_reminders_stop_by_themselves_and_can_be_paused(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast, end: Ends
) -> None:
    invitation = mail()
    send()
    end(session, session.get_one(Invitation, invitation.id), cast)
    live(20, send)
    assert len(mail_server.to("anna@example.com")) == 1


def test_resumed_reminders_go_on_with_those_that_are_left(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    invitation = mail()
    send()
    reminders.pause(session, invitation, cast.owner)
    live(3, send)
    start = now()
    with time_machine.travel(start + timedelta(days=3), tick=True):
        reminders.resume(session, invitation, cast.owner)
        live(14, send)
    assert len(mail_server.to("anna@example.com")) == 3


def test_a_new_addressee_takes_over_and_three_remains_the_most(
    mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    send()
    live(3, send)
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        mail(to=Addressee("bo@example.com", "en"))
        send()
        live(14, send)
    assert len(mail_server.to("anna@example.com")) == 2
    assert len(mail_server.to("bo@example.com")) == 3


def test_a_background_that_was_away_does_not_send_all_at_once(
    mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    send()
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        send()
    assert len(mail_server.to("anna@example.com")) == 2


def test_other_workers_send_no_reminder_beside_the_one_that_is_taken_up(
    app: Flask, mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    send()
    arrived, others_done = Event(), Event()

    def hold_up() -> None:
        arrived.set()
        others_done.wait(PATIENCE)

    mail_server.on_data = hold_up
    with time_machine.travel(now() + timedelta(days=8), tick=True), ThreadPoolExecutor(10) as pool:
        first = pool.submit(send_due, app)  # two reminders are due
        assert arrived.wait(PATIENCE)
        for other in [pool.submit(send_due, app) for _ in range(9)]:
            other.result(PATIENCE)
        others_done.set()
        first.result(PATIENCE)
    assert len(mail_server.to("anna@example.com")) == 2


def test_a_reminder_goes_on_from_where_its_reader_was(
    session: Session, mail: Mail, send: Send, mail_server: MailServer
) -> None:
    invitation = mail()
    send()
    first = visits.find_key(session, secret_of(mail_server.letters[0]).removeprefix("/k/"))
    assert first
    first.permission_answer = RequirementAnswer.YES
    visits.go_straight(session, first)
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        send()
    key = visits.find_key(session, secret_of(mail_server.letters[1]).removeprefix("/k/"))
    assert key
    assert key.id != first.id
    assert key.step is first.step is not Step.WELCOME
    assert key.permission_answer is RequirementAnswer.YES
    bo = Addressee("bo@example.com", "sv")
    outbox.post(session, LetterKind.HAND_OVER, session.merge(invitation), bo, signed="Anna")
    session.commit()
    send()
    (handed,) = mail_server.to(bo.email)
    other = visits.find_key(session, secret_of(handed).removeprefix("/k/"))
    assert other
    assert other.step is Step.WELCOME


def test_reminders_are_of_two_kinds_and_the_last_says_so() -> None:
    assert reminders.KINDS == [LetterKind.REMINDER, LetterKind.LAST_REMINDER]
