"""Sending of letters by SMTP, with the server's certificate verified."""

import io
import smtplib
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from wizard.config import Settings

ANSWER_SECONDS = 8.0  # for a greeting, and for all that comes before the letter itself
LETTER_SECONDS = 20.0  # who gives up sooner, while it is being taken, sends it twice
WHOLE_SECONDS = 30.0  # for one answer, of however many lines
MOST_BYTES = 64 * 1024  # of one answer


class _Answer:
    """One answer of a server, which ends: smtplib reads on for as long as another line is announced.

    To smtplib it is the file that it reads from; too long or too slow, it is a connection that broke.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._ends, self._left = time.monotonic() + WHOLE_SECONDS, MOST_BYTES

    def readline(self, most: int) -> bytes:
        """A line, or as much of one as comes before the server hangs up."""
        line = b""
        while not line.endswith(b"\n") and len(line) < most:
            came = len(self._file.peek(1))
            if not came:
                break
            if time.monotonic() > self._ends or self._left <= 0:
                raise TimeoutError
            piece = self._file.readline(min(came, most - len(line)))
            line, self._left = line + piece, self._left - len(piece)
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Bounded(smtplib.SMTP):
    """A connection to a mail server whose answers end."""

    file: Any
    sock: Any

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib has it, within the bounds of one answer."""
        whole = self.file or self.sock.makefile("rb")
        self.file = _Answer(whole)
        try:
            return super().getreply()
        finally:
            if self.file is not None:  # smtplib closes it when the connection broke
                self.file = whole


class _BoundedOverTls(_Bounded, smtplib.SMTP_SSL):
    """The same, over TLS from the first byte."""


class NotSentError(Exception):
    """The mail server did not accept the letter; ``lasting`` is True if a retry cannot help.

    ``refused`` is True if the server rejects the recipient or the letter itself. A lasting failure
    that is not refused, such as a wrong password, is a fault of our configuration. ``answered`` is
    False if nothing came back that would say anything about this letter.
    """

    def __init__(
        self, reason: str, *, lasting: bool, about_letter: bool = False, answered: bool = True
    ) -> None:
        super().__init__(reason)
        self.answered = answered
        self.lasting = lasting
        self.refused = lasting and about_letter


@dataclass(frozen=True)
class Mailer:
    """A client of the configured mail server."""

    host: str
    port: int
    username: str
    password: str
    security: str
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> "Mailer | None":
        """The mail server of the settings; None if none is configured."""
        if not settings.smtp_host:
            return None
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value(),
            security=settings.smtp_security,
            sender=settings.mail_sender,
        )

    def __repr__(self) -> str:
        return f"Mailer({self.host}:{self.port}, {self.security})"

    def send(self, letter: EmailMessage) -> None:
        """Send one letter; raises NotSentError if the server is unavailable or does not accept it."""
        if "From" not in letter:
            letter["From"] = self.sender
        try:
            with self._connect() as server:
                self._introduce(server)
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code = min(code for code, _ in error.recipients.values())
            raise NotSentError(f"SMTP {code}", lasting=code >= 500, about_letter=True) from None
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
            raise NotSentError(f"SMTP {code}", lasting=code >= 500, about_letter=True) from None
        except smtplib.SMTPResponseException as error:
            raise NotSentError(f"SMTP {error.smtp_code}", lasting=error.smtp_code >= 500) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(type(error).__name__, lasting=False, answered=False) from None

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self.username:
            server.login(self.username, self.password)
        server.ehlo_or_helo_if_needed()
        if server.sock:
            server.sock.settimeout(LETTER_SECONDS)

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return _BoundedOverTls(self.host, self.port, timeout=ANSWER_SECONDS, context=context)
        return _Bounded(self.host, self.port, timeout=ANSWER_SECONDS)
