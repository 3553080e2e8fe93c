"""What this browser was asked for a passkey with: once, and for some minutes."""

import time
from datetime import UTC, datetime

from flask import session

from wizard.services.accounts.passkeys import Question
from wizard.services.crypto.digests import new_secret

HELD, SECONDS = "passkey_question", 600
Held = tuple[str, float]


def ask() -> str:
    """The secret of a question; for half its time the same, so that several windows can ask."""
    held: Held | None = session.get(HELD)
    if held is None or held[1] < time.time() - SECONDS / 2:
        held = session[HELD] = (new_secret(), time.time())
    return held[0]


def take() -> Question | None:
    """The question, which is asked no more; None if it was asked too long ago."""
    held: Held | None = session.pop(HELD, None)
    if held is None or held[1] < time.time() - SECONDS:
        return None
    return Question(held[0], datetime.fromtimestamp(held[1], UTC))
