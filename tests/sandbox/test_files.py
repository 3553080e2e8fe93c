"""The files: valid, unique, and the hostile ones with their defects."""

import struct
import zlib

import pytest
import requests

from tests.sandbox.client import Client
from tests.support.standin import StandIn
from wizard.sandbox.files.content import LARGE, ordinary
from wizard.sandbox.files.pdf import pdf

MAGIC = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n", "tiff": b"II*\0"}


def content(kind: str, title: str) -> bytes:
    return b"".join(ordinary(kind, title).body().pieces())


def address(standin: StandIn, text: str, company: str = "Norrtälje Bokbinderi AB") -> str:
    """The temporary URL of the first file of the voucher whose text contains `text`."""
    client = Client(standin)
    token = standin.mint("Vera Välja", company)[0]["access_token"]
    vouchers = client.get("vouchers", token, filter=f"contains(VoucherText,'{text}')").json()
    attachment = vouchers["Data"][-1]["Attachments"]["AttachmentIds"][0]
    return str(client.get(f"attachments/{attachment}", token).json()["TemporaryUrl"])


def hostile(standin: StandIn, text: str) -> requests.Response:
    return requests.get(address(standin, text, "Fientliga Filer AB"), timeout=10)


@pytest.mark.parametrize("kind", MAGIC)
def test_a_file_matches_its_type_and_no_two_are_alike(kind: str) -> None:
    one, other = content(kind, "Faktura A1"), content(kind, "Faktura A2")
    assert one.startswith(MAGIC[kind])
    assert one != other
    assert one == content(kind, "Faktura A1")


@pytest.mark.parametrize("size", [0, 100_000, LARGE])
def test_a_pdf_has_every_object_where_its_table_says(size: int) -> None:
    whole = b"".join(pdf("Övningsfaktura (A12)", size).pieces())
    assert len(whole) == (size or len(whole))
    assert "Övningsfaktura \\(A12\\)".encode("cp1252") in whole
    start = int(whole.split(b"startxref\n")[1].split()[0])
    rows = whole[start:].split(b"\n")
    count = int(rows[1].split()[1])
    for number in range(1, count):
        place = int(rows[2 + number][:10])
        assert whole[place:].startswith(b"%d 0 obj\n" % number)
    assert whole.rstrip().endswith(b"%%EOF")


def test_a_png_has_right_checksums() -> None:
    rest = content("png", "Skärmbild")[8:]
    while rest:
        length = struct.unpack(">I", rest[:4])[0]
        body, checksum = rest[4 : 8 + length], rest[8 + length : 12 + length]
        assert struct.pack(">I", zlib.crc32(body)) == checksum
        rest = rest[12 + length :]


def test_a_slice_is_the_same_as_of_the_whole() -> None:
    body = pdf("Stor", 300_000)
    whole = b"".join(body.pieces())
    for start, stop in ((0, 10), (600, 70_000), (65_535, 65_537), (299_900, 300_000)):
        assert b"".join(body.pieces(start, stop)) == whole[start:stop]


def test_the_large_file_comes_whole(standin: StandIn) -> None:
    answer = requests.get(address(standin, "20 MB"), timeout=30)
    assert len(answer.content) == LARGE
    assert answer.headers["Content-Length"] == str(LARGE)


def test_range_support_is_a_setting(standin: StandIn) -> None:
    where = address(standin, "Bifogad pdf")
    asked = {"Range": "bytes=0-4"}
    part = requests.get(where, headers=asked, timeout=10)
    assert (part.status_code, part.content) == (206, b"%PDF-")
    assert part.headers["Content-Range"].startswith("bytes 0-4/")
    assert requests.get(where, headers={"Range": "bytes=99999999-"}, timeout=10).status_code == 416
    standin.configure(range_support=False)
    whole = requests.get(where, headers=asked, timeout=10)
    assert whole.status_code == 200
    assert "Accept-Ranges" not in whole.headers


def test_an_address_lasts_a_minute(standin: StandIn) -> None:
    where = address(standin, "Bifogad pdf")
    assert requests.get(where, timeout=10).ok
    standin.configure(clock_offset=61)
    assert requests.get(where, timeout=10).status_code == 404


def test_a_token_sent_to_an_address_is_refused_and_counted(standin: StandIn) -> None:
    where = address(standin, "Bifogad pdf")
    assert requests.get(where, headers={"Authorization": "Bearer x"}, timeout=10).status_code == 400
    assert standin.counters()["file_with_authorization"] == 1


def test_temporary_addresses_may_be_left_out(standin: StandIn) -> None:
    token = standin.mint("Elsa Ensam", "Norrtälje Bokbinderi AB")[0]["access_token"]
    rows = Client(standin).get("attachments", token, includeTemporaryUrl="false").json()["Data"]
    assert {row["TemporaryUrl"] for row in rows} == {None}


def test_every_way_to_keep_a_document_is_there(standin: StandIn) -> None:
    client = Client(standin)
    token = standin.mint("Elsa Ensam", "Norrtälje Bokbinderi AB")[0]["access_token"]
    year = client.get("fiscalyears", token).json()["Data"][0]["Id"]
    rows = {
        row["NumberAndNumberSeries"]: row
        for row in client.get(f"vouchers/{year}", token).json()["Data"]
    }
    assert "Attachments" not in rows["A1"]
    assert rows["A2"]["Attachments"]["DocumentType"] == 1
    assert "Attachments" not in rows["A3"]
    invoice = client.get(f"supplierinvoices/{rows['A3']['SourceId']}", token).json()
    assert (invoice["VoucherId"], len(invoice["Attachments"])) == (rows["A3"]["Id"], 1)
    assert rows["A4"]["Attachments"]["DocumentType"] == 2
    assert len(rows["A6"]["Attachments"]["AttachmentIds"]) == 4
    url = client.get(f"customerinvoices/{rows['A7']['SourceId']}/pdf", token).json()["Url"]
    assert requests.get(url, timeout=10).content.startswith(b"%PDF-")
    assert rows["A15"]["Attachments"]["AttachmentIds"] == []
    wanted = f"DocumentId eq {rows['A16']['SourceId']}"
    assert len(client.get("attachments", token, filter=wanted).json()["Data"]) == 1
    standin.configure(null_attachments=True)
    one = client.get(f"vouchers/{year}/{rows['A1']['Id']}", token).json()
    assert one["Attachments"] is None


def test_hostile_files_have_their_announced_defects(standin: StandIn) -> None:
    assert hostile(standin, "Webbsida som").content.startswith(b"<!doctype html>")
    assert hostile(standin, "som kallar sig png").content.startswith(b"<svg")
    assert hostile(standin, "Både pdf").content.startswith(b"<script>")
    assert len(hostile(standin, "25 MB").content) == 25_000_000
    assert hostile(standin, "Tom fil").content == b""
    assert len(hostile(standin, "Bild som sväller").content) < 300_000
    assert len(hostile(standin, "Tiff som sväller").content) < 300_000
    assert len(hostile(standin, "Tiff utan slut").content) < 300
    where = address(standin, "vidare", "Fientliga Filer AB")
    passed_on = requests.get(where, allow_redirects=False, timeout=10)
    assert passed_on.headers["Location"].startswith("http://169.254.169.254/")


@pytest.mark.parametrize("text", ["vara längre", "Förbindelsen bryts"])
def test_a_truncated_file_closes_the_connection(standin: StandIn, text: str) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        hostile(standin, text)


def test_a_stalled_file_arrives_in_the_end(standin: StandIn) -> None:
    standin.configure(slow_seconds=0.01)
    assert hostile(standin, "Stannar av").content.endswith(b"%%EOF\n")


def test_a_file_is_cut_at_its_announced_length(standin: StandIn) -> None:
    answer = hostile(standin, "vara kortare")
    assert len(answer.content) == int(answer.headers["Content-Length"])
    assert b"%%EOF" not in answer.content
