"""Opening documents: byte for byte, harmless whatever they are, never looking whole when they are not."""

import re
from urllib.parse import unquote

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.books import HOSTILE, BookReader
from tests.support.pages import check_page, parse
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.models import now
from wizard.providers.base import FileCutError
from wizard.sandbox.books.library import books_of
from wizard.services.books import scans

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


@pytest.fixture
def hostile(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma, HOSTILE)


def fetch(reader: BookReader, address: str, **headers: str) -> TestResponse:
    """An answer that is read as its reader reads it: piece by piece."""
    return reader.browser.client.get(address, headers=headers)


def first(reader: BookReader, label: str, query: str = "", **headers: str) -> TestResponse:
    return fetch(reader, reader.documents(label)[0] + query, **headers)


def original(reader: BookReader, key: str, label: str, place: int = 0) -> bytes:
    """The file as the stand-in made it."""
    books = books_of(key)
    voucher = next(one for one in books.of_year(reader.year().id) if one.name == label)
    owners = {voucher.id, voucher.source_id}
    made = [one.file for one in books.customer_invoices if one.id in owners and one.file]
    attached = [one.file for one in books.attachments if one.document_id in owners]
    return b"".join([*made, *attached][place].body().pieces())


@pytest.mark.parametrize(
    ("label", "place", "kind"),
    [
        ("A2", 0, "application/pdf"),
        ("A3", 0, "application/pdf"),
        ("A4", 0, "image/jpeg"),
        ("A6", 2, "image/png"),
        ("A7", 0, "application/pdf"),
        ("A8", 0, "application/pdf"),
        ("A11", 0, "application/pdf"),
        ("A13", 0, "application/pdf"),
        ("A16", 0, "image/png"),
    ],
)
def test_document_of_each_kind_comes_byte_for_byte(
    reader: BookReader, label: str, place: int, kind: str
) -> None:
    answer = fetch(reader, reader.documents(f"{label[0]}-{label[1:]}")[place])
    wanted = original(reader, "norrtalje", label, place)
    assert (answer.status_code, answer.content_type) == (200, kind)
    assert answer.headers["Content-Length"] == str(len(wanted))
    assert answer.data == wanted
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("inline; ")


def test_document_to_be_saved_is_saved_under_its_name(reader: BookReader) -> None:
    answer = first(reader, "A-10", "?spara=1")
    assert answer.data == original(reader, "norrtalje", "A10")
    assert answer.content_type == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="_vningsfaktura A10 2026.tiff"; ')
    assert unquote(disposition.rpartition("''")[2]) == "Övningsfaktura A10 2026.tiff"


def test_document_that_is_a_tiff_is_shown_page_by_page(reader: BookReader) -> None:
    answer = first(reader, "A-10")
    tree = parse(answer.text)
    check_page(tree, answer.text, answer.headers)
    pictures = [image.get("src", "") for image in tree.iter("img")]
    assert len(pictures) == 2
    assert all(picture.startswith("data:image/png;base64,") for picture in pictures)
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_document_whose_conversion_has_no_turn_asks_for_patience(
    reader: BookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "WAIT_SECONDS", 0.01)
    address = reader.documents("A-10")[0]
    turns = [scans._turns.acquire() for _ in range(scans.AT_ONCE)]  # noqa: SLF001 -- all of them
    try:
        assert fetch(reader, address).status_code == 503
    finally:
        for _ in turns:
            scans._turns.release()  # noqa: SLF001
    assert fetch(reader, address).status_code == 200


@pytest.mark.parametrize(
    ("asked", "said", "part"),
    [
        ("bytes=0-99", "bytes 0-99/{n}", slice(100)),
        ("bytes=100-199", "bytes 100-199/{n}", slice(100, 200)),
        ("bytes=900-", "bytes 900-{last}/{n}", slice(900, None)),
        ("bytes=-10", "bytes {tail}-{last}/{n}", slice(-10, None)),
    ],
)
def test_document_comes_in_parts_where_visma_gives_parts(
    reader: BookReader, visma: StandIn, asked: str, said: str, part: slice
) -> None:
    address, wanted = reader.documents("A-2")[0], original(reader, "norrtalje", "A2")
    answer = fetch(reader, address, Range=asked)
    size = len(wanted)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == said.format(n=size, last=size - 1, tail=size - 10)
    assert (answer.data, answer.content_type) == (wanted[part], "application/pdf")
    visma.configure(range_support=False)
    answer = fetch(reader, address, Range=asked)
    assert (answer.status_code, answer.data) == (200, wanted)
    assert "Accept-Ranges" not in answer.headers


def test_document_says_which_parts_it_has_not(reader: BookReader) -> None:
    answer = first(reader, "A-2", Range="bytes=5000-")
    size = len(original(reader, "norrtalje", "A2"))
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=x", "nonsense"])
def test_document_is_whole_when_the_part_is_not_understood(reader: BookReader, asked: str) -> None:
    answer = first(reader, "A-2", Range=asked)
    assert (answer.status_code, answer.data) == (200, original(reader, "norrtalje", "A2"))


def test_each_opening_is_one_line_in_the_history(reader: BookReader) -> None:
    me = reader.owner.id
    address = reader.documents("A-2")[0]
    fetch(reader, address)
    assert reader.openings() == [("A2 (2026-01-08)", me)]
    for asked in ("bytes=100-199", "bytes=200-", "bytes=-5"):
        assert fetch(reader, address, Range=asked).status_code == 206
    assert reader.openings() == [("A2 (2026-01-08)", me)]  # more bytes of what is open
    fetch(reader, address, Range="bytes=0-")
    assert reader.openings() == [("A2 (2026-01-08)", me)] * 2
    page = reader.browser.get(f"/foretag/{reader.company_id}", 200)
    assert f"/foretag/{reader.company_id}/oppnade-dokument" in page.links
    assert "verifikat A2" not in page.words  # many lines, in a list of their own
    listed = reader.browser.get(f"/foretag/{reader.company_id}/oppnade-dokument", 200)
    assert listed.words.count("Olga Ek") >= 2
    assert "A2" in listed.words


def test_a_picture_in_a_frame_is_fitted_into_it_and_opened_once(reader: BookReader) -> None:
    address = next(
        one
        for one in reader.documents("A-6")
        if fetch(reader, one).content_type in {"image/jpeg", "image/png"}
    )
    before = len(reader.openings())
    page = parse(fetch(reader, address, **{"Sec-Fetch-Dest": "iframe"}).get_data(as_text=True))
    sources = [image.get("src", "") for image in page.iter("img")]
    assert sources == [address]
    picture = fetch(reader, sources[0], **{"Sec-Fetch-Dest": "image"})
    assert picture.content_type in {"image/jpeg", "image/png"}
    assert picture.get_data()
    assert len(reader.openings()) == before + 1


def test_a_part_from_the_middle_is_an_opening_when_nothing_was_open(reader: BookReader) -> None:
    first(reader, "A-2", Range="bytes=100-")
    assert [label for label, _ in reader.openings()] == ["A2 (2026-01-08)"]


def test_an_opening_is_in_the_history_before_its_bytes_go_out(reader: BookReader) -> None:
    answer = reader.browser.client.get(reader.documents("A-13")[0], buffered=False)
    assert [label for label, _ in reader.openings()] == ["A13 (2026-02-10)"]
    answer.close()


def test_looking_without_opening_is_not_possible(reader: BookReader) -> None:
    address = reader.documents("A-2")[0]
    looked = reader.browser.client.head(address)
    assert (looked.status_code, looked.headers["Allow"]) == (405, "GET")
    for purpose in ("prefetch", "prefetch;prerender"):  # browsers that guess what is opened next
        assert fetch(reader, address, **{"Sec-Purpose": purpose}).status_code == 403
    assert reader.openings() == []


def test_a_part_of_what_was_seen_before_is_never_given(reader: BookReader) -> None:
    for version in ('"1"', "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense"):
        answer = first(reader, "A-2", Range="bytes=0-1", **{"If-Range": version})
        assert (answer.status_code, answer.data) == (200, original(reader, "norrtalje", "A2"))


def test_the_first_two_bytes_are_of_a_file_whose_kind_is_known(reader: BookReader) -> None:
    answer = first(reader, "A-2", Range="bytes=0-1")
    assert (answer.status_code, answer.content_type) == (206, "application/pdf")
    assert answer.data == b"%P"


def test_the_page_of_the_voucher_proves_whose_it_is_so_that_visma_is_asked_once(
    reader: BookReader, visma: StandIn
) -> None:
    page = reader.browser.get(reader.address("A-5"), 200)
    proved = next(link for link in page.links if "bevis=" in link)
    wanted = original(reader, "norrtalje", "A5")
    visma.clear_counters()
    assert fetch(reader, proved).data == wanted
    asked = {name: n for name, n in visma.counters().items() if name.startswith("api:")}
    assert asked == {"api:attachments": 1}
    other = reader.documents("A-2")[0].rpartition("/")[2]
    mine = reader.documents("A-5")[0].rpartition("/")[2]
    assert fetch(reader, proved.replace(mine, other)).status_code == 404
    assert fetch(reader, proved.replace("verifikat=A5", "verifikat=A9")).status_code == 200
    told = [label for label, _ in reader.openings()]
    assert told == ["A5 (2026-01-17)"] * 2  # never another than it is


def test_a_document_of_another_voucher_is_not_there(reader: BookReader) -> None:
    mine, others = reader.documents("A-2")[0], reader.documents("A-5")[0]
    mixed = f"{mine.rpartition('/')[0]}/{others.rpartition('/')[2]}"
    for address in (mixed, f"{mine[:-1]}0", mine.replace("/dokument/", "/dokument/invoice-")):
        answer = fetch(reader, address)
        assert answer.status_code == 404
        check_page(parse(answer.text), answer.text, answer.headers)
    assert reader.openings() == []


def test_no_temporary_address_is_shown(reader: BookReader) -> None:
    for label in ("A-2", "A-7", "A-10"):
        answer = first(reader, label)
        assert "fileanonymous" not in f"{answer.headers}{answer.data[:100]!r}"
    page = reader.browser.get(reader.address("A-2"))
    assert "fileanonymous" not in page.text


@pytest.mark.parametrize("label", ["A-1", "A-2", "A-3", "A-4", "A-9", "A-18", "A-19"])
def test_what_may_do_harm_is_saved_and_never_shown(hostile: BookReader, label: str) -> None:
    answer = first(hostile, label)
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.data == original(hostile, "fientliga-filer", label.replace("-", ""))
    assert not re.search(r"\.(svg|html?|xml)[\"']?(;|$)", answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    ("label", "status", "words"),
    [
        ("A-5", 503, "Visma svarar inte just nu"),
        ("A-6", 503, "Visma svarar inte just nu"),
        ("A-10", 200, "Bilden går inte att visa"),
        ("A-20", 200, "Ett format som inte går att visa här"),
        ("A-12", 502, "Större än 20 MB"),
        ("A-13", 502, "Dokumentet är tomt"),
        ("A-14", 502, "Något gick fel hos oss"),
    ],
)
def test_what_cannot_be_shown_is_told_in_the_frame(
    hostile: BookReader, label: str, status: int, words: str
) -> None:
    answer = first(hostile, label)
    check_page(parse(answer.text), answer.text, answer.headers)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_tiff_without_end_is_shown_as_far_as_it_is_a_tiff(hostile: BookReader) -> None:
    answer = first(hostile, "A-11")
    assert len(list(parse(answer.text).iter("img"))) <= 20


@pytest.mark.parametrize("ranges", [True, False])
def test_a_document_that_breaks_off_is_never_ended_well(
    hostile: BookReader, visma: StandIn, ranges: bool
) -> None:
    visma.configure(range_support=ranges)
    address = hostile.documents("A-7")[0]
    answer = hostile.browser.client.get(address, buffered=False)
    assert answer.status_code == 200
    with pytest.raises(FileCutError):
        _ = answer.data


def test_a_dangerous_name_becomes_a_harmless_one(hostile: BookReader) -> None:
    answer = first(hostile, "A-15")
    disposition = answer.headers["Content-Disposition"]
    name = unquote(disposition.rpartition("''")[2])
    assert name.endswith(".pdf")
    assert not set('/\\":\r\n') & set(name)
    assert "X-Y" not in answer.headers


def test_the_kind_is_judged_by_the_bytes_and_not_by_what_visma_says(hostile: BookReader) -> None:
    answer = first(hostile, "A-16")
    assert (answer.content_type, answer.status_code) == ("application/pdf", 200)


def test_a_pdf_behind_the_head_of_a_print_job_is_shown_in_its_sandbox(hostile: BookReader) -> None:
    answer = first(hostile, "A-17")
    assert (answer.content_type, answer.status_code) == ("application/pdf", 200)
    assert answer.headers["Content-Disposition"].startswith("inline; ")
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == original(hostile, "fientliga-filer", "A17")


def test_a_picture_that_cannot_be_shown_is_saved_under_its_true_ending(hostile: BookReader) -> None:
    endings = {"A-18": ".heic", "A-19": ".jpg", "A-20": ".tiff"}
    for label, ending in endings.items():
        answer = first(hostile, label, "?spara=1")
        assert answer.headers["Content-Disposition"].endswith(ending), label


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (4007, 502, "har inte kvar sin behörighet"),
        (4011, 502, "har inte kvar sin behörighet"),
        (5000, 503, "Visma svarar inte just nu"),
    ],
)
def test_what_is_wrong_at_visma_is_told_in_the_frame(
    reader: BookReader, visma: StandIn, code: int, status: int, words: str
) -> None:
    address = reader.documents("A-2")[0]
    visma.fail("attachments", "error_code", code)
    answer = fetch(reader, address)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert 'target="_top"' in answer.text or status == 503
    assert reader.openings() == []


def test_an_ended_consent_is_told_in_the_frame(reader: BookReader, visma: StandIn) -> None:
    address = reader.documents("A-2")[0]
    visma.end_grant(visma.grants()[0].id)
    with time_machine.travel(now() - LATER, tick=True):
        assert fetch(reader, address).status_code == 503
    answer = fetch(reader, address)
    assert (answer.status_code, "Förnya" in answer.text) == (409, True)
