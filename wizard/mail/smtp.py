"""Sending letters by SMTP, with the server's certificate verified."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

from wizard.config import Settings

TIMEOUT_SECONDS = 20.0


class NotSentError(Exception):
    """The letter was not taken; ``lasting`` says that trying again will not help.

    ``refused`` says that it is the recipient's address, or the letter itself, that will never do;
    a lasting failure that is not so, such as a wrong password, is ours to mend.
    """

    def __init__(self, reason: str, *, lasting: bool, about_letter: bool = False) -> None:
        super().__init__(reason)
        self.lasting = lasting
        self.refused = lasting and about_letter


@dataclass(frozen=True)
class Mailer:
    """The mail server to hand letters to."""

    host: str
    port: int
    username: str
    password: str
    security: str
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> "Mailer | None":
        """The mail server of the settings; None when there is none."""
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
        """Hand over one letter; NotSentError when the server is away or will not take it."""
        if "From" not in letter:
            letter["From"] = self.sender
        try:
            with self._connect() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password)
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
            raise NotSentError(type(error).__name__, lasting=False) from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
