"""Only what is the same for everybody, and forms without a lasting secret, are compressed."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.client import Browser
from tests.support.traveller import Traveller

Open = Callable[..., Browser]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize(
    "path", ["/static/css/app.css", "/static/js/app.js", "/hjalp", "/hjalp?q=popup", "/uppgifter"]
)
def test_public_files_and_pages_are_compressed_for_who_takes_it(app: Flask, path: str) -> None:
    client = app.test_client()
    with client.get(path) as plain, client.get(path, headers=GZIP) as packed:
        plain.get_data()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    with client.get(path, headers={"Accept-Encoding": "gzip;q=0"}) as refused:
        assert "Content-Encoding" not in refused.headers


def test_a_compressed_file_is_not_fetched_again(app: Flask) -> None:
    client = app.test_client()
    with client.get("/static/css/app.css", headers=GZIP) as first:
        tag = first.headers["ETag"]
    assert tag.startswith("W/")
    with client.get("/static/css/app.css", headers={**GZIP, "If-None-Match": tag}) as again:
        assert again.status_code == 304


def test_forms_without_a_lasting_secret_are_compressed(approver: Traveller) -> None:
    approver.go_straight()
    for step in ("valkommen", "behorighet", "bokforing", "foretag", "ge-behorighet", "nej"):
        client = approver.browser.client
        with client.get(f"{approver.at}/{step}", headers=GZIP) as page:
            assert page.headers["Content-Encoding"] == "gzip"
            assert page.headers["Cache-Control"] == "no-store"
            assert b"/k/" not in gzip.decompress(page.data)


def test_pages_with_secrets_are_never_compressed(approver: Traveller, browser: Open) -> None:
    approver.go_straight()
    link = approver.browser.post(f"{approver.at}/kollega", {}, 200, headers=GZIP)
    assert "/k/" in link.text  # shown to be copied
    assert "Content-Encoding" not in link.headers
    done = approver.approve()
    assert done.status == 200
    receipt = approver.browser.get(f"{approver.at}/klart", 200, headers=GZIP)
    assert "Content-Encoding" not in receipt.headers
    for path in ("/logga-in", "/finns-inte"):
        assert "Content-Encoding" not in browser().get(path, headers=GZIP).headers
    public_id = approver.at.rpartition("/")[2]
    hers = approver.browser.get(f"/hjalp/logga-in?k={public_id}", 200, headers=GZIP)
    assert "Content-Encoding" not in hers.headers


def test_an_answer_to_what_was_sent_is_never_compressed(approver: Traveller) -> None:
    """What somebody else had sent from this browser could be compared with what is beside it."""
    wrong = approver.browser.post(f"{approver.at}/behorighet", {}, headers=GZIP)
    assert "Content-Encoding" not in wrong.headers
