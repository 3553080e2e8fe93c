"""A generator of valid PDF files of any size."""

from wizard.sandbox.files.body import Body


def pdf(title: str, size: int = 0) -> Body:
    """A PDF with one A5 page that shows its title; padded to exactly `size` bytes."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>"
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(_page(title)),
    ]
    head = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(head))
        head += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    if not size:
        return Body(head, 0, _tail(places, len(head)))
    return _filled(head, places, size)


def _filled(head: bytes, places: list[int], size: int) -> Body:
    """The PDF with a sixth, unused object that pads it to `size` bytes."""
    places = [*places, len(head)]
    filling = size - len(head) - 400
    opening = b"6 0 obj\n<< /Length %d >>\nstream\n" % filling
    closing = b"\nendstream\nendobj\n"
    start = len(head) + len(opening) + filling + len(closing)
    tail = closing + _tail(places, start)
    spare = size - len(head) - len(opening) - filling - len(tail)
    return Body(head + opening, filling, tail[:-6] + b" " * spare + tail[-6:])


def _page(title: str) -> bytes:
    lines = (
        (22, 500, title),
        (11, 470, "Övningsmiljö. Ingen riktig handling."),
        (11, 440, "Påhittade Pappershandeln, Storgatan 1, 000 00 Övningsstad"),
        (11, 410, "Bokbindarduk 640,00   Papp 180,00   Moms 205,00"),
        (14, 380, "Att betala: 1 025,00 kr"),
    )
    drawn = (
        b"BT /F1 %d Tf 36 %d Td (%s) Tj ET" % (size, y, _text(text)) for size, y, text in lines
    )
    return b"\n".join(drawn)


def _text(text: str) -> bytes:
    """Text as a PDF string in WinAnsi encoding."""
    safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return safe.encode("cp1252", "replace")


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _tail(places: list[int], start: int) -> bytes:
    """The cross-reference table and the trailer."""
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    return (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n"
        b"%%%%EOF\n" % (count, rows, count, start)
    )
