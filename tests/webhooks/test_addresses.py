"""Where webhooks may go, by what is written and by what it resolves to."""

import socket
from typing import Any

import pytest

from wizard.models import WebhookOutcome
from wizard.webhooks.addresses import NowhereError, UrlInvalidError, clean_url, is_public, resolve

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.192",
    "168.63.129.16",
    "::1",
    "::",
    "::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "ff0e::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_inner_addresses_are_not_public_however_they_are_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]
)
def test_the_internets_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://analys.example.se", "https://analys.example.se/"),
        (" https://analys.example.se/mottag?a=1 ", "https://analys.example.se/mottag?a=1"),
        ("https://Analys.Example.SE:8443/x", "https://analys.example.se:8443/x"),
        ("https://räksmörgås.example/å ä".replace(" ", ""), None),
        ("https://[2606:2800:21f::1]/x", "https://[2606:2800:21f::1]/x"),
    ],
)
def test_an_address_is_kept_as_it_will_be_used(text: str, kept: str | None) -> None:
    found = clean_url(text, local=False)
    assert found.isascii()
    assert kept in {None, found}
    assert clean_url(found, local=False) == found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "form"),
        ("analys.example.se", "form"),
        ("https:///x", "form"),
        ("https://olga:hemligt@analys.example.se/", "form"),
        ("https://@analys.example.se/", "form"),
        ("https://analys.example.se/#del", "form"),
        ("https://analys.example.se\\@10.0.0.1/", "form"),
        ("https://analys.example.se/a b", "form"),
        ("https://analys.example.se/\r\nX: 1", "form"),
        ("https://analys.example.se:99999/", "form"),
        ("https://analys.example.se:x/", "form"),
        ("https://[::1/", "form"),
        ("https://" + "a" * 500, "form"),
        ("https://" + "a" * 70 + ".se/", "form"),
        ("http://analys.example.se/", "https"),
        ("http://127.0.0.1/", "https"),
        ("ftp://analys.example.se/", "https"),
        ("file://localhost/etc/passwd", "https"),
        ("https://analys.example.se:22/", "port"),
        ("https://analys.example.se:0/", "port"),
    ],
)
def test_an_address_that_will_not_do_is_refused(text: str, what: str) -> None:
    with pytest.raises(UrlInvalidError, match=what):
        clean_url(text, local=False)


def test_this_computer_may_be_spoken_to_in_plain_where_that_is_allowed() -> None:
    assert clean_url("http://localhost:9000/x", local=True) == "http://localhost:9000/x"
    assert clean_url("http://[::1]:9000/x", local=True) == "http://[::1]:9000/x"
    with pytest.raises(UrlInvalidError, match="https"):
        clean_url("http://10.0.0.1:9000/", local=True)


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f.1", "017700000001", "::1", "10.0.0.1"]
)
def test_a_name_that_leads_inwards_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(NowhereError) as refused:
        resolve(host, 443, 5.0, local=False)
    assert refused.value.outcome is WebhookOutcome.PRIVATE_ADDRESS


def test_this_computer_is_all_that_is_allowed_locally() -> None:
    assert "127.0.0.1" in resolve("localhost", 443, 5.0, local=True)
    with pytest.raises(NowhereError) as refused:
        resolve("10.0.0.1", 443, 5.0, local=True)
    assert refused.value.outcome is WebhookOutcome.PRIVATE_ADDRESS


def test_a_name_with_one_inner_address_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(None, None, None, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(NowhereError) as refused:
        resolve("analys.example.se", 443, 5.0, local=False)
    assert refused.value.outcome is WebhookOutcome.PRIVATE_ADDRESS


def test_a_name_that_is_not_there_is_said_so() -> None:
    with pytest.raises(NowhereError) as refused:
        resolve("mottagare.invalid", 443, 5.0, local=False)
    assert refused.value.outcome is WebhookOutcome.NAME_UNKNOWN
