"""The number of pixels that a picture says it has, read from its first bytes without decoding it.

A picture of a few kilobytes may ask the reader's computer for gigabytes.
"""

from collections.abc import Callable

# Markers of JPEG (ITU-T T.81, table B.1): those that begin a frame, and those that stand alone.
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD9)}


def jpeg(beginning: bytes) -> int | None:
    """The pixels of a JPEG; None if its frame begins later, behind such as a thumbnail or a profile."""
    at = 2
    while (at := beginning.find(b"\xff", at)) >= 0 and at + 9 <= len(beginning):
        marker = beginning[at + 1]
        if marker in FRAMES:
            return _product(beginning[at + 5 : at + 9], 2, "big")
        if marker in ALONE or marker == 0:
            at += 2
        elif marker == 0xFF:  # filling
            at += 1
        else:
            at += 2 + max(2, int.from_bytes(beginning[at + 2 : at + 4]))
    return None


def png(beginning: bytes) -> int | None:
    """The pixels of a PNG, from its IHDR."""
    return _product(beginning[16:24], 4, "big") if len(beginning) >= 24 else None


def gif(beginning: bytes) -> int | None:
    """The pixels of a GIF: those of its screen or its first picture, whichever has more."""
    if len(beginning) < 10:
        return None
    flags, at = beginning[10:11], 13
    at += 3 * (2 << (flags[0] & 7)) if flags and flags[0] & 0x80 else 0
    while (
        beginning[at : at + 1] == b"!"
    ):  # an extension: a label, then blocks that tell their length
        at += 2
        while at < len(beginning) and beginning[at]:
            at += 1 + beginning[at]
        at += 1
    screen, first = beginning[6:10], beginning[at + 5 : at + 9]
    if beginning[at : at + 1] != b"," or len(first) < 4:
        return _product(screen, 2, "little")
    return max(_product(screen, 2, "little"), _product(first, 2, "little"))


def webp(beginning: bytes) -> int | None:
    """The pixels of a WebP (RFC 9649): simple, lossless or extended."""
    if len(beginning) < 30:
        return None
    form = beginning[12:16]
    if form == b"VP8X":
        return (_little(beginning[24:27]) + 1) * (_little(beginning[27:30]) + 1)
    if form == b"VP8L":
        both = _little(beginning[21:25])
        return ((both & 0x3FFF) + 1) * ((both >> 14 & 0x3FFF) + 1)
    if form == b"VP8 ":
        return (_little(beginning[26:28]) & 0x3FFF) * (_little(beginning[28:30]) & 0x3FFF)
    return None


COUNTERS: dict[str, Callable[[bytes], int | None]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/gif": gif,
    "image/webp": webp,
}


def _product(sides: bytes, width: int, order: str) -> int:
    numbers = sides if order == "big" else sides[::-1]
    return int.from_bytes(numbers[:width]) * int.from_bytes(numbers[width:])


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
