"""Where webhooks may go, by what is written."""

import pytest

from wizard.webhooks.receiver_urls import UrlInvalidError, clean_url


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
