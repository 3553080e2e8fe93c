"""A web process notices by itself that no worker answers, and mails over real SMTP."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, send_due, text_of
from wizard.wiring.worker_watch import WorkerWatch

US = "drift@example.com"


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server and somebody to tell."""
    return make_app(**mail_server.settings, operator_email=US)


def live(session: Session) -> None:
    """A worker answers."""
    session.execute(text("insert into procrastinate.procrastinate_workers default values"))
    session.commit()


def die(session: Session) -> None:
    """It is killed, and says no more."""
    session.execute(
        text(
            "update procrastinate.procrastinate_workers"
            " set last_heartbeat = last_heartbeat - interval '2 minutes'"
        )
    )
    session.commit()


def test_every_death_is_one_letter_and_every_return(
    app: Flask, session: Session, mail_server: MailServer
) -> None:
    watches = [WorkerWatch(app, patience_seconds=0) for _ in range(2)]  # of two processes

    def look() -> list[str]:
        for watch in (*watches, *watches):
            watch.look()
        return [str(letter["Subject"]) for letter in mail_server.letters]

    live(session)
    assert look() == []
    die(session)
    dead = ["Bakgrundstjänsten svarar inte"]
    assert look() == dead
    check_letter(mail_server.letters[0], "sv")
    assert "flask jobs work" in text_of(mail_server.letters[0])
    live(session)
    look()
    send_due(app)  # by the worker that is back
    assert look() == [*dead, "Bakgrundstjänsten svarar igen"]
    check_letter(mail_server.letters[1], "sv")
    die(session)
    assert look() == [*dead, "Bakgrundstjänsten svarar igen", *dead]


def test_a_restart_is_no_death(app: Flask, session: Session, mail_server: MailServer) -> None:
    watch = WorkerWatch(app)
    watch.look()
    watch.look()
    assert mail_server.letters == []


def test_a_mail_server_that_is_away_is_tried_again(
    app: Flask, session: Session, mail_server: MailServer
) -> None:
    watch = WorkerWatch(app, patience_seconds=0)
    mail_server.answer = "451 Try again later"
    watch.look()
    assert mail_server.letters == []
    mail_server.answer = "250 OK"
    session.execute(text("update letters set due_at = now()"))
    session.commit()
    watch.look()
    assert len(mail_server.letters) == 1
