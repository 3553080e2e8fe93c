"""The header Retry-After (RFC 9110, 10.2.3): seconds, or the moment, before which not to ask again."""

import time
from email.utils import parsedate_to_datetime


def seconds_asked(header: str) -> float | None:
    """Seconds from now that the header asks to wait; None if it names none that are to come."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return float(header[:10])
    try:
        left = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return left if left > 0 else None
