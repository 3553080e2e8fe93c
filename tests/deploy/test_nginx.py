"""The example for nginx: passes on what forms are judged by, and keeps secrets out of its logs and off the disk."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from tests.support.nginx import Nginx, nginx
from tests.support.ports import free_port
from tests.support.programs import program, web
from wizard.web.hooks.secret_links import SecretConverter

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("nginx")]
SECRET = "s3cret-" + "x" * 36
PATIENCE = 60.0


@pytest.fixture
def proxy(database_url: str, catalogues: None, tmp_path: Path) -> Iterator[Nginx]:
    """nginx before gunicorn, which takes itself to be in production behind it."""
    port, log = free_port(), tmp_path / "web.log"
    with nginx(port) as found:
        settings = {
            "public_url": found.url,
            "database_url": database_url,
            "trusted_proxies": 1,
            "visma_identity_url": "https://identity.example.com",
            "visma_api_url": "https://api.example.com",
        }
        with program(web(port, 4), log, **settings):
            ends = time.monotonic() + PATIENCE
            while (
                requests.get(
                    f"{found.url}/healthz", verify=found.certificate, timeout=PATIENCE
                ).status_code
                != 200
            ):
                assert time.monotonic() < ends, log.read_text()
                time.sleep(0.2)
            yield found


def test_a_form_is_taken_through_it(proxy: Nginx) -> None:
    """It is refused where Host or the scheme does not come through."""
    browser = requests.Session()
    browser.verify = proxy.certificate
    browser.trust_env = False  # which may name other authorities
    page = browser.get(f"{proxy.url}/logga-in", timeout=PATIENCE)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "email": "ingen@example.com", "password": "a password of nobody's"}
    answer = browser.post(
        f"{proxy.url}/logga-in",
        form,
        headers={"Referer": f"{proxy.url}/logga-in"},
        timeout=PATIENCE,
    )
    assert token
    assert answer.status_code in {200, 401, 422}, answer.status_code
    assert "Strict-Transport-Security" in page.headers


def test_no_secret_is_in_its_logs(proxy: Nginx, app: Flask) -> None:
    """Nor when the web server is gone, of which nginx would write the whole request."""
    secret_rules = [
        str(rule.rule).partition("<")[0]
        for rule in app.url_map.iter_rules()
        if any(isinstance(one, SecretConverter) for one in rule._converters.values())  # noqa: SLF001
    ]
    assert len(secret_rules) >= 4
    paths = [f"{begins}{SECRET}" for begins in secret_rules]
    paths += [path.upper().replace(SECRET.upper(), SECRET) for path in paths]
    paths += [
        f"/{paths[0]}",
        paths[0].replace("/k/", "/%6B/"),
        f"/x/..{paths[0]}",
        f"/annat/{SECRET}",
    ]
    paths += [f"/visma/callback?code={SECRET}&state={SECRET}", f"/hjalp?q={SECRET}"]
    for path in paths:
        _ask(proxy, path)
        _ask(proxy, path, broken=True)
        requests.get(f"{proxy.plain}{path}", allow_redirects=False, timeout=PATIENCE)
    said = proxy.log.read_text()
    assert len(said.splitlines()) > len(paths)
    assert SECRET not in said
    assert "visma/callback" in said


def test_http_leads_to_https(proxy: Nginx) -> None:
    answer = requests.get(f"{proxy.plain}/hjalp", allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://localhost/hjalp"


def test_nothing_is_logged_of_a_web_server_that_is_gone(tmp_path: Path) -> None:
    with nginx(free_port()) as proxy:
        _ask(proxy, f"/k/{SECRET}")
        said = proxy.log.read_text()
    assert " 502 " in said
    assert SECRET not in said


def _ask(proxy: Nginx, path: str, *, broken: bool = False) -> None:
    """Exactly this path, which requests would tidy up; ``broken`` hangs up in the middle of an upload."""
    at = urlsplit(proxy.url)
    trusted = ssl.create_default_context(cafile=proxy.certificate)
    body = "Content-Length: 9000000\r\n" if broken else ""
    method = "POST" if broken else "GET"
    with (
        socket.create_connection((at.hostname or "", at.port or 0), timeout=PATIENCE) as line,
        trusted.wrap_socket(line, server_hostname="localhost") as safe,
    ):
        safe.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: {at.netloc}\r\n{body}Connection: close\r\n\r\n".encode()
        )
        while safe.recv(65536):
            pass
