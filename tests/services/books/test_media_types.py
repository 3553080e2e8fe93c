"""What a document is by its bytes, and what it may be called."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wizard.sandbox.files import hostile, pictures
from wizard.sandbox.files.pdf import pdf
from wizard.services.books.media_types import Kind, file_name, judge


def made(form: str, **options: Any) -> bytes:
    """A picture as Pillow writes it."""
    out = io.BytesIO()
    Image.new("RGB", (20, 10)).save(out, form, **options)
    return out.getvalue()


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
        (b"PK\x03\x04", Kind.ZIP),
        (b"BM", Kind.OTHER),
        (b"BMW-faktura 2026 ..........................", Kind.OTHER),
        (made("BMP"), Kind.BMP),
        (made("JPEG2000"), Kind.JPEG_2000),
        (made("JPEG2000", no_jp2=True), Kind.JPEG_2000_BARE),
        (made("AVIF"), Kind.AVIF),
        (made("WEBP"), Kind.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Kind.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Kind.AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", Kind.OTHER),
        (b"\0\0\0\x0cJXL \r\n\x87\n", Kind.JPEG_XL),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLD_OFFICE),
        (b"{\\rtf1", Kind.RTF),
        (b"TEXTmdos" + bytes(120) + b"%PDF-1.3", Kind.PDF),
        (b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.6", Kind.PDF),
        (b"Content-Type: application/pdf\r\n\r\n%PDF-1.4", Kind.PDF),
        (bytes(1019) + b"%PDF-1.4", Kind.PDF),
        (b"x" * 1024 + b"%PDF-1.4", Kind.OTHER),
        (b"\r\n <html>%PDF-1.4", Kind.OTHER),
        (b"PK\x03\x04 faktura.pdf %PDF-1.4", Kind.ZIP),  # a pdf stored in an archive
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
        ("IMG_0001.jpg", Kind.HEIC, "IMG_0001.heic"),
        ("kvitto.bmp", Kind.BMP, "kvitto.bmp"),
        ("kvitto.jpg", Kind.JPEG_2000, "kvitto.jp2"),
        ("kvitto.jpg", Kind.JPEG_2000_BARE, "kvitto.j2k"),
        ("kvitto.png", Kind.AVIF, "kvitto.avif"),
        ("kalkyl.xlsx", Kind.ZIP, "kalkyl.xlsx"),
        ("faktura.pdf", Kind.ZIP, "faktura.zip"),
        ("program.jar", Kind.ZIP, "program.jar.zip"),
        ("brev.doc", Kind.OLD_OFFICE, "brev.doc"),
        ("brev.doc", Kind.RTF, "brev.doc"),
        ("brev.doc", Kind.PDF, "brev.pdf"),
        ("fil.bin", Kind.OTHER, "fil.bin"),
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
