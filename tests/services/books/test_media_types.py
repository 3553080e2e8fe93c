"""What a document is by its bytes, and what it may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.sandbox.files import hostile, pictures
from wizard.sandbox.files.pdf import pdf
from wizard.services.books.media_types import Kind, file_name, judge


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (pdf("x").head, Kind.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.7", Kind.PDF),
        (pictures.jpeg("x"), Kind.JPEG),
        (pictures.png("x"), Kind.PNG),
        (pictures.tiff("x"), Kind.TIFF),
        (b"GIF89a\x01\x00\x01\x00", Kind.GIF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Kind.WEBP),
        (b"", Kind.OTHER),
        (b"%PD", Kind.OTHER),
        (b"<!doctype html>%PDF-1.4", Kind.OTHER),
        (hostile.html("x"), Kind.OTHER),
        (hostile.svg("x"), Kind.OTHER),
        (hostile.polyglot(pdf("x")).head, Kind.OTHER),
        (hostile.huge_png("x"), Kind.OTHER),
        (b"GIF89a\xff\xff\xff\xff", Kind.OTHER),
        (b"PK\x03\x04", Kind.OTHER),
        (b"BM", Kind.OTHER),
    ],
)
def test_a_kind_is_judged_by_the_first_bytes(beginning: bytes, kind: Kind) -> None:
    assert judge(beginning[:4096]) is kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("Faktura 12.pdf", Kind.PDF, "Faktura 12.pdf"),
        ("Faktura.PDF", Kind.PDF, "Faktura.pdf"),
        ("Faktura", Kind.PDF, "Faktura.pdf"),
        ("Faktura.pdf", Kind.PNG, "Faktura.png"),
        ("kvitto.jpeg", Kind.JPEG, "kvitto.jpeg"),
        ("Faktura 1.5 kr", Kind.PDF, "Faktura 1.5 kr.pdf"),
        ("sida.html", Kind.OTHER, "sida.html.bin"),
        ("bild.svg", Kind.OTHER, "bild.svg.bin"),
        ("kalkyl.xlsx", Kind.OTHER, "kalkyl.xlsx"),
        ("../../etc/passwd", Kind.OTHER, "passwd"),
        ("C:\\x\\fil.pdf", Kind.PDF, "fil.pdf"),
        ("a\u202efdp.exe", Kind.OTHER, "a_fdp.exe.bin"),
        ("", Kind.PDF, "dokument.pdf"),
        ("...", Kind.OTHER, "dokument"),
    ],
)
def test_a_name_is_safe_and_its_ending_true(name: str, kind: Kind, safe: str) -> None:
    assert file_name(name, kind) == safe


@given(name=st.text(max_size=300), kind=st.sampled_from(Kind))
def test_whatever_it_is_called_the_name_can_be_used(name: str, kind: Kind) -> None:
    safe = file_name(name, kind)
    assert safe.strip(" .")
    assert not set('/\\:*?"<>|\r\n\0') & set(safe)
    assert len(safe) < 400


@given(beginning=st.binary(max_size=100))
def test_whatever_it_begins_with_it_has_a_kind(beginning: bytes) -> None:
    assert judge(beginning) in Kind
