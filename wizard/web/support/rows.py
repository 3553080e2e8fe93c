"""Letters of an invitation in words, for support."""

from dataclasses import dataclass
from datetime import datetime

from wizard.models import Letter
from wizard.web.event_texts import letter_word


@dataclass(frozen=True)
class LetterRow:
    """A letter; ``at`` is when it was or will be sent, ``refusal`` the mail server's answer."""

    word: str
    recipient: str
    status: str
    at: datetime
    refusal: str | None


def letter_rows(letters: list[Letter]) -> list[LetterRow]:
    """The rows, in the order given."""
    return [
        LetterRow(
            word=letter_word(letter.kind.value),
            recipient=letter.recipient or "–",
            status="retrying"
            if letter.tries and letter.status == "waiting"
            else letter.status.value,
            at=letter.sent_at or letter.due_at,
            refusal=letter.refusal,
        )
        for letter in letters
    ]
