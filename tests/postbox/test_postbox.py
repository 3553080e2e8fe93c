"""The postbox: accepts letters by SMTP, stores them, and shows them in a sandbox."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.pages import check_page, parse
from wizard.postbox import create_app
from wizard.postbox.box import MOST, Box
from wizard.postbox.receiver import HOST, receive


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "postbox")


@pytest.fixture
def pages(box: Box) -> FlaskClient:
    return create_app(box).test_client()


@pytest.fixture
def server(box: Box) -> Iterator[smtplib.SMTP]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    receiver = receive(box, port)
    try:
        with smtplib.SMTP(HOST, port) as server:
            yield server
    finally:
        receiver.stop()


def letter(subject: str = "Kan du godkänna?", to: str = "anna@example.se") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "koppla@example.se", to, subject
    message.set_content("Hej! Öppna http://localhost/k/hemlig")
    message.add_alternative(
        "<!doctype html><html lang=sv><head><title>x</title></head><body style='color: red'>"
        "<script>alert(1)</script>Hej!</body></html>",
        subtype="html",
    )
    return message


def test_a_letter_by_smtp_is_shown_as_text_and_in_a_frame(
    server: smtplib.SMTP, pages: FlaskClient, box: Box
) -> None:
    server.send_message(letter())
    (kept,) = box.letters()
    listed = pages.get("/").get_data(as_text=True)
    assert "Kan du godkänna?" in listed
    assert "Övningsmiljö" in listed
    page = pages.get(f"/brev/{kept.key}")
    text = page.get_data(as_text=True)
    check_page(parse(text), text, page.headers)
    assert 'href="http://localhost/k/hemlig"' in text
    assert f'src="/brev/{kept.key}/html"' in text
    assert "<script>" not in text


def test_the_html_of_a_letter_is_sandboxed(pages: FlaskClient, box: Box) -> None:
    box.put(bytes(letter()))
    (kept,) = box.letters()
    policy = pages.get(f"/brev/{kept.key}/html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_letters_outlive_the_process_and_the_newest_come_first(box: Box, tmp_path: Path) -> None:
    for number in range(3):
        box.put(bytes(letter(f"Brev {number}")))
    again = Box(tmp_path / "postbox")
    assert [str(kept.message["Subject"]) for kept in again.letters()] == [
        "Brev 2",
        "Brev 1",
        "Brev 0",
    ]


def test_nobody_else_on_the_computer_reads_the_letters(box: Box, tmp_path: Path) -> None:
    assert (tmp_path / "postbox").stat().st_mode & 0o077 == 0


def test_the_oldest_letters_are_deleted(box: Box) -> None:
    for number in range(MOST + 2):
        box.put(bytes(letter(f"Brev {number}")))
    kept = box.letters()
    assert len(kept) == MOST
    assert str(kept[-1].message["Subject"]) == "Brev 2"


@pytest.mark.parametrize(("to", "code"), [("studs@example.se", 550), ("senare@example.se", 450)])
def test_some_addresses_are_refused_for_rehearsal(
    server: smtplib.SMTP, box: Box, to: str, code: int
) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        server.send_message(letter(to=to))
    assert refused.value.recipients[to][0] == code
    assert box.letters() == []


@pytest.mark.parametrize("path", ["/brev/finns-inte", "/brev/finns-inte/html", "/brev/.."])
def test_an_unknown_letter_is_404(pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 404
