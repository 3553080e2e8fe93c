"""A test mail server, and the letters that it received."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import select

from tests.support.ports import free_port
from wizard.extensions import database, settings
from wizard.mail.sending import deliver
from wizard.mail.smtp import Mailer
from wizard.models import Letter, LetterStatus, now
from wizard.wiring.addresses import for_letters

HOST = "127.0.0.1"
SENDER = "koppla@senseworks.example.com"


@dataclass
class MailServer:
    """Stores letters in the order of arrival; refuses recipients whose names say so."""

    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    on_data: Callable[[], None] | None = None
    answer: str = "250 OK"

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Self]:
        """A running server on a free port."""
        server = cls(free_port())
        controller = Controller(server, hostname=HOST, port=server.port)
        controller.start()
        try:
            yield server
        finally:
            controller.stop()

    @property
    def settings(self) -> dict[str, object]:
        """Settings with which an application sends mail here."""
        return {
            "smtp_host": HOST,
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_sender": SENDER,
        }

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address."""
        return [
            letter
            for letter, envelope in zip(self.letters, self.envelopes, strict=True)
            if address in envelope.rcpt_tos
        ]

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.startswith("ingen"):
            return "550 no such person"
        if address.startswith("senare"):
            return "450 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.on_data:
            self.on_data()
        if self.answer.startswith("250"):
            content = envelope.content or b""
            raw = content if isinstance(content, bytes) else content.encode()
            self.envelopes.append(envelope)
            self.letters.append(message_from_bytes(raw, policy=policy.default))
        return self.answer


def send_due(app: Flask) -> None:
    """Send the due letters, as the worker would."""
    with app.app_context():
        mailer = Mailer.of(settings)
        assert mailer
        with database.sessions() as session:
            waiting = (Letter.status == LetterStatus.WAITING, Letter.due_at <= now())
            due = session.scalars(select(Letter.id).where(*waiting).order_by(Letter.id)).all()
        for letter_id in due:
            deliver(database.sessions, mailer, for_letters(), letter_id)


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(letter: EmailMessage) -> str:
    """The HTML of a letter."""
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def secret_of(letter: EmailMessage, way: str = "/k/") -> str:
    """The path of the link in a letter, with its secret."""
    lines = [line for line in text_of(letter).splitlines() if way in line and "http" in line]
    found = [line.strip() for line in lines if line.strip().startswith("http")]
    assert len(found) == 1, lines
    return way + found[0].partition(way)[2]
