"""The letters of an invitation for display: recipient, time and delivery status."""

from dataclasses import dataclass
from datetime import datetime

from wizard.extensions import database
from wizard.models import Letter
from wizard.services import outbox
from wizard.services.companies.company_overview import InvitationFacts
from wizard.web.event_texts import letter_word


@dataclass(frozen=True)
class SentRow:
    """A row of the list; ``at`` is when the letter was or will be sent."""

    word: str
    recipient: str
    status: str
    at: datetime
    is_reminder: bool


def sent_rows(invitation: InvitationFacts | None) -> list[SentRow]:
    """The letters to approvers, newest first; empty without an invitation."""
    if invitation is None:
        return []
    return [_row(letter) for letter in outbox.to_approvers(database.session, invitation.id)]


def _row(letter: Letter) -> SentRow:
    tried = letter.tries > 0 and letter.status == "waiting"
    return SentRow(
        word=letter_word(letter.kind.value),
        recipient=letter.recipient,
        status="retrying" if tried else letter.status.value,
        at=letter.sent_at or letter.due_at,
        is_reminder=letter.kind.reminds,
    )
