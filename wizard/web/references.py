"""The reference of a request: on error pages, in problems of the API, and in each of its log lines.

It holds the second in which the request came, so that support finds the line also when the database was away.
"""

import re
import secrets
import time
from datetime import UTC, datetime, timedelta

from wizard.models import now

REFERENCE = re.compile(r"[0-9a-f]{16}")
SECONDS, REST = 8, 4  # characters of the time, bytes of chance
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)


def new() -> str:
    """A reference for a request that comes now."""
    return f"{int(time.time()):0{SECONDS}x}{secrets.token_hex(REST)}"


def moment(text: str) -> datetime | None:
    """When the request came that has this reference; None for what is none of ours."""
    reference = text.strip().lower()
    if not REFERENCE.fullmatch(reference):
        return None
    found = datetime.fromtimestamp(int(reference[:SECONDS], 16), UTC)
    return found if BEGAN < found < now() + timedelta(minutes=5) else None
