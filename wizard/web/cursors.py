"""Where a page of a long list goes on: the number of its last line, as the address says it."""

from flask import request

LONGEST = 18  # digits that a database has a place for


def cursor() -> int | None:
    """The number in ?after, or None when there is none."""
    word = request.args.get("after", "")
    return int(word) if word.isascii() and word.isdigit() and len(word) <= LONGEST else None
