"""The letters of an invitation as its sender sees them: to whom, when, and what became of them."""

from dataclasses import dataclass
from datetime import datetime

from wizard.extensions import database
from wizard.models import Letter
from wizard.services import letters
from wizard.services.company_page import InvitationFacts
from wizard.web.history import letter_word


@dataclass(frozen=True)
class SentRow:
    """A line of the list; ``at`` is when it was sent, or will be."""

    word: str
    recipient: str
    status: str
    at: datetime
    is_reminder: bool


def sent_rows(invitation: InvitationFacts | None) -> list[SentRow]:
    """The letters to those who are to approve, the newest first; none without an invitation."""
    if invitation is None:
        return []
    return [_row(letter) for letter in letters.to_approvers(database.session, invitation.id)]


def _row(letter: Letter) -> SentRow:
    tried = letter.tries > 0 and letter.status == "waiting"
    return SentRow(
        word=letter_word(letter.kind.value),
        recipient=letter.recipient,
        status="retrying" if tried else letter.status.value,
        at=letter.sent_at or letter.due_at,
        is_reminder=letter.kind.reminds,
    )
