"""Letters go by real SMTP: encrypted, verified, with a log-in; what fails says whether to retry."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from flask import Flask

from tests.support.certificates import self_signed
from tests.support.ports import free_port
from wizard.mail.smtp import Mailer, NotSentError

HOST = "127.0.0.1"
Start = Callable[..., Controller]


class Postbox:
    """Keeps the letters; refuses a recipient whose name says so."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []

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
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def start(tmp_path: Path, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    started: list[Controller] = []

    def begin(*, certificate_for: str = HOST, trusted: bool = True) -> Controller:
        pem = self_signed(tmp_path, certificate_for)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        controller = Controller(
            postbox,
            hostname=HOST,
            port=free_port(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=_known,
        )
        controller.start()
        started.append(controller)
        return controller

    yield begin
    for controller in started:
        controller.stop()


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"oss", b"hemligt")
    return AuthResult(success=right, handled=False)  # aiosmtpd answers 535


def mailer(controller: Controller, password: str = "hemligt") -> Mailer:
    return Mailer(HOST, controller.port, "oss", password, "starttls", "koppla@example.se")


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["To"] = to
    message["Subject"] = "Kan du godkänna?"
    message.set_content("Hej! Åäö går fram.")
    return message


def test_a_letter_goes_encrypted_with_a_log_in(start: Start, postbox: Postbox) -> None:
    mailer(start()).send(letter("anna@example.se"))
    assert postbox.letters[0].rcpt_tos == ["anna@example.se"]
    assert postbox.letters[0].mail_from == "koppla@example.se"


def test_a_server_with_an_unknown_certificate_gets_no_letter(
    start: Start, postbox: Postbox
) -> None:
    with pytest.raises(NotSentError, match="SSLCertVerificationError"):
        mailer(start(trusted=False)).send(letter("anna@example.se"))
    assert postbox.letters == []


def test_a_certificate_for_another_host_is_refused(start: Start, postbox: Postbox) -> None:
    with pytest.raises(NotSentError, match="SSLCertVerificationError"):
        mailer(start(certificate_for="mejl.example.se")).send(letter("anna@example.se"))
    assert postbox.letters == []


def test_a_wrong_password_is_a_lasting_failure(start: Start) -> None:
    with pytest.raises(NotSentError, match="535") as failure:
        mailer(start(), password="fel").send(letter("anna@example.se"))
    assert failure.value.lasting


@pytest.mark.parametrize(
    ("to", "lasting"), [("ingen@example.se", True), ("senare@example.se", False)]
)
def test_a_refused_recipient_says_whether_trying_again_helps(
    start: Start, to: str, *, lasting: bool
) -> None:
    with pytest.raises(NotSentError) as failure:
        mailer(start()).send(letter(to))
    assert failure.value.lasting is lasting


def test_a_server_that_is_away_is_worth_another_try() -> None:
    with pytest.raises(NotSentError) as failure:
        Mailer(HOST, 1, "", "", "starttls", "koppla@example.se").send(letter("anna@example.se"))
    assert not failure.value.lasting


@pytest.mark.parametrize(
    ("line", "pause"),
    [(b"220-" + b"x" * 900 + b"\r\n", 0.0), (b"220-hello\r\n", 0.05), (b"2", 0.05)],
    ids=["a flood", "drop by drop", "a line that never ends"],
)
def test_a_server_that_never_ends_its_answer_is_left(
    monkeypatch: pytest.MonkeyPatch, line: bytes, pause: float
) -> None:
    monkeypatch.setattr("wizard.mail.smtp.WHOLE_SECONDS", 1.0)
    with socket.create_server((HOST, 0)) as server:

        def babble() -> None:
            with suppress(OSError), server.accept()[0] as client:
                while True:
                    client.sendall(line)
                    time.sleep(pause)

        Thread(target=babble, daemon=True).start()
        mail = Mailer(HOST, server.getsockname()[1], "", "", "none", "koppla@example.se")
        began = time.monotonic()
        with pytest.raises(NotSentError) as failure:
            mail.send(letter("anna@example.se"))
    assert time.monotonic() - began < 3
    assert not failure.value.lasting
    assert not failure.value.answered


def test_mail_test_sends_a_letter_by_the_settings(
    start: Start, postbox: Postbox, make_app: Callable[..., Flask]
) -> None:
    app = make_app(
        smtp_host=HOST,
        smtp_port=start().port,
        smtp_username="oss",
        smtp_password="hemligt",
        mail_sender="koppla@example.se",
    )
    result = app.test_cli_runner().invoke(args=["mail", "test", "anna@example.se"])
    assert result.exit_code == 0
    assert postbox.letters[0].rcpt_tos == ["anna@example.se"]


def test_mail_test_without_a_server_says_which_setting_is_missing(
    make_app: Callable[..., Flask],
) -> None:
    result = make_app().test_cli_runner().invoke(args=["mail", "test", "anna@example.se"])
    assert result.exit_code == 1
    assert "WIZARD_SMTP_HOST" in result.output
