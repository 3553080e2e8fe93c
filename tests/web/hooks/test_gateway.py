"""What a proxy says of a visitor is read, and what a client says of our place is not believed."""

import ipaddress
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request, url_for
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SETTINGS
from tests.support.live import Wizard
from tests.web.hooks.test_logs import lines
from tests.web.hooks.test_security import FORWARDED, HTTPS
from wizard.web.hooks.gateway import without_port

WRITTEN = ["{}", " {} ", '"{}"', "for={}"]
WITH_PORT = {4: "{}:{}", 6: "[{}]:{}"}


@given(
    address=st.ip_addresses(),
    port=st.integers(1, 65535),
    form=st.sampled_from(WRITTEN),
    zone=st.sampled_from(["", "%eth0"]),
)
def test_an_address_is_read_with_and_without_its_port(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, form: str, zone: str
) -> None:
    plain = str(address)
    zoned = plain if address.version == 4 or "%" in plain else plain + zone
    with_port = WITH_PORT[address.version].format(zoned, port)
    bare = plain.partition("%")[0]
    assert without_port(form.format(zoned)) == without_port(form.format(with_port)) == bare


@given(text=st.text())
def test_what_is_no_address_stays_as_it_is(text: str) -> None:
    found = without_port(text)
    assert found == text or ipaddress.ip_address(found)


@pytest.mark.parametrize(
    "word", ["unknown", "_hidden", "", "/run/wizard.sock", "203.0.113.7:80:80"]
)
def test_words_for_nobody_are_left(word: str) -> None:
    assert without_port(word) == word


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::17]:443", "2001:db8::17"),
        ("198.51.100.1, 203.0.113.7:51234", "203.0.113.7"),
        ('"[2001:db8::17]:4711"', "2001:db8::17"),
        ("2001:db8::17", "2001:db8::17"),
    ],
)
def test_the_visitor_behind_a_proxy_is_known_by_the_address_alone(
    make_app: Callable[..., Flask], sent: str, read: str
) -> None:
    app = make_app(**HTTPS)
    app.add_url_rule("/who", "who", lambda: str(request.remote_addr))
    answer = app.test_client().get("/who", headers={**FORWARDED, "X-Forwarded-For": sent})
    assert answer.text == read


def test_a_script_name_changes_no_address(app: Flask) -> None:
    app.add_url_rule("/where", "where", lambda: url_for("auth.sign_in", _external=True))
    client = app.test_client()
    plain = client.get("/where").text
    for path in ("/where", "/"):
        answer = client.get(path, environ_overrides={"SCRIPT_NAME": "/evil"})
        assert answer.status_code == 404  # /evil/where is no page of ours
    split = client.get("/", environ_overrides={"SCRIPT_NAME": "/where", "PATH_INFO": ""})
    assert split.text == plain == "http://localhost/logga-in"


def test_a_script_name_header_to_a_real_server_changes_no_address(
    database_url: str, tmp_path: Path
) -> None:
    listening, url = Wizard.address()
    given = {name: value for name, value in SETTINGS.items() if name != "public_url"}
    wizard = Wizard.start(listening, url, tmp_path / "log", **given, database_url=database_url)
    try:
        for path in ("/logga-in", "/evil/logga-in"):
            plain, headed = (_addresses(url, path, name) for name in ("", path[:-4]))
            assert plain == headed
            assert plain
    finally:
        wizard.stop()


@pytest.mark.parametrize(("proxies", "warned"), [(0, True), (1, False)])
def test_the_start_tells_of_https_without_a_trusted_proxy(
    make_app: Callable[..., Flask],
    capsys: pytest.CaptureFixture[str],
    proxies: int,
    warned: bool,
) -> None:
    make_app(**{**HTTPS, "trusted_proxies": proxies, "log_level": "INFO"})
    said = [line for line in lines(capsys) if line["event"] == "no_trusted_proxy"]
    assert len(said) == warned
    assert all("WIZARD_TRUSTED_PROXIES" in str(line["advice"]) for line in said)


def test_a_demo_is_not_told_of_proxies(
    make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    make_app(log_level="INFO")
    assert "no_trusted_proxy" not in capsys.readouterr().err


def _addresses(url: str, path: str, script_name: str) -> list[bytes]:
    """The addresses in an answer to a request with this header, which no HTTP library would send."""
    host = url.removeprefix("http://")
    header = f"SCRIPT_NAME: {script_name}\r\n" if script_name else ""
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), 60) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}Connection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return re.findall(rb'(?:href|action|src)="[^"]+"', answer)
