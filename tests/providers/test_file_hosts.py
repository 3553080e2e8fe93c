"""The hosts that files are fetched from: allowed names, public addresses, valid certificates."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.providers.hosts import (
    BODY,
    SECONDS,
    Host,
    failure,
    host_of_files,
    impatient,
    read,
    says,
    whole,
)
from tests.support.certificates import self_signed
from wizard.causes import Cause
from wizard.providers import files
from wizard.providers.files import FileFetcher


@pytest.fixture
def host() -> Iterator[Host]:
    with host_of_files() as host:
        yield host


@pytest.fixture
def fetcher() -> FileFetcher:
    return impatient()


def test_redirects_are_followed_a_few_times_within_what_is_allowed(
    host: Host, fetcher: FileFetcher
) -> None:
    def lead(line: socket.socket, request: str) -> None:
        hops = int(request.split()[1].removeprefix("/"))
        to = whole() if hops == 0 else says("302 Found", Location=f"/{hops - 1}", Content_Length=0)
        to(line, request)

    host.answer = lead
    assert read(fetcher.open(host.url("/3"), timeout=SECONDS)) == BODY
    assert failure(lambda: fetcher.open(host.url("/4"), timeout=SECONDS)).code == "file_redirects"


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/file",
        "file:///etc/passwd",
        "ftp://127.0.0.1/file",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "//evil.example/",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_to_another_host_is_not_followed(
    host: Host, fetcher: FileFetcher, to: str
) -> None:
    host.answer = says("302 Found", Location=to, Content_Length=0)
    error = failure(lambda: fetcher.open(host.url(), timeout=SECONDS))
    assert (error.cause, error.code) == (Cause.OUR_CONFIGURATION, "file_host")
    assert len(host.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.vismaonline.com/file",
        "https://vismaonline.com.evil.example/file",
        "https://evilvismaonline.com/file",
        "https://storage.vismaonline.com:8443/file",
        "https://user:secret@storage.vismaonline.com/file",
        "https://127.0.0.1/file",
        "https://storage.vismaonline.com./file",
        "https://storage.vismaonline.com.:443/file",
        "https://storage.vismaonline.com\uff0eevil.example/file",
        "https://evil.example\uff0f.vismaonline.com/file",
        "https://evil.example#.vismaonline.com/file",
        "https://evil.example?.vismaonline.com",
        "https:storage.vismaonline.com/file",
        "//storage.vismaonline.com/file",
        "https://storage.vismaonline.com@evil.example/file",
        "javascript:alert(1)",
        "",
    ],
)
def test_without_local_only_https_to_allowed_hosts_is_fetched(url: str) -> None:
    fetcher = FileFetcher("*.vismaonline.com", local=False)
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "168.63.129.16",
        "192.0.0.192",
        "100.100.100.200",
        "fd00:ec2::254",
    ],
)
def test_a_host_name_with_an_inner_address_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve(monkeypatch, "93.184.216.34", address)
    fetcher = FileFetcher("*.vismaonline.com", local=False)
    error = failure(lambda: fetcher.open("https://a.vismaonline.com/file", timeout=SECONDS))
    assert error.code == "file_host_private"


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name resolve to these addresses; returns the list of resolved names."""
    looked_up: list[str] = []

    def answer(name: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        looked_up.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return looked_up


def test_the_next_address_of_a_host_is_tried_when_one_is_down(
    host: Host, fetcher: FileFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.answer = whole()
    resolve(monkeypatch, "127.0.0.2", "127.0.0.1")
    url = host.url(host="localhost")
    assert read(fetcher.open(url, timeout=SECONDS)) == BODY
    resolve(monkeypatch, "127.0.0.2", "127.0.0.3")
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host_away"


def test_the_name_is_resolved_once_and_the_checked_address_is_used(
    host: Host, fetcher: FileFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.answer = whole()
    looked_up = resolve(monkeypatch, "127.0.0.1")
    assert read(fetcher.open(host.url(host="localhost"), timeout=SECONDS)) == BODY
    assert looked_up.count("localhost") == 1
    assert f"Host: localhost:{host.port}" in host.asked[0]


def secured(host: Host, folder: Path, name: str) -> Path:
    """Let a host use TLS with a certificate for a name; returns the path of the CA's certificate."""
    certificate = self_signed(folder, name)
    host.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    host.context.load_cert_chain(certificate)
    host.context.sni_callback = lambda _line, asked, _context: host.names.append(str(asked))
    host.answer = whole()
    return certificate


def test_the_certificate_is_for_the_name_and_not_the_address(
    host: Host, fetcher: FileFetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = secured(host, tmp_path, "localhost")
    monkeypatch.setattr(files, "DEFAULT_CA_BUNDLE_PATH", str(trusted))
    url = host.url(host="localhost", scheme="https")
    assert read(fetcher.open(url, timeout=SECONDS)) == BODY
    assert host.names == ["localhost"]


@pytest.mark.parametrize("name", ["storage.vismaonline.com", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    host: Host, fetcher: FileFetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(files, "DEFAULT_CA_BUNDLE_PATH", str(secured(host, tmp_path, name)))
    url = host.url(host="localhost", scheme="https")
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host_away"
    assert not any(host.asked)


def test_an_untrusted_certificate_is_refused(
    host: Host, fetcher: FileFetcher, tmp_path: Path
) -> None:
    secured(host, tmp_path, "localhost")
    url = host.url(host="localhost", scheme="https")
    assert failure(lambda: fetcher.open(url, timeout=SECONDS)).code == "file_host_away"
    assert not any(host.asked)
