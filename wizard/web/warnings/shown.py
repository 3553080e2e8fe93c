"""Letters to staff as the pages show them."""

from dataclasses import dataclass
from datetime import datetime

from wizard.mail.envelopes import SERVICE
from wizard.mail.rendering import render
from wizard.mail.staff_contents import broken_facts
from wizard.models import Connection, LetterKind
from wizard.services.warning_log import LogRow
from wizard.services.warnings import Group
from wizard.web.addresses import for_letters
from wizard.web.history import letter_word
from wizard.web.mailing import Preview


@dataclass(frozen=True)
class ShownLetter:
    """A line of the list, in words; of old warnings it is no longer known what they told of."""

    public_id: str
    word: str
    recipient: str
    firm_name: str | None
    status: str
    at: datetime
    company: str | None
    more: int
    is_forgotten: bool


def log_rows(rows: list[LogRow]) -> list[ShownLetter]:
    """The lines of the list, in the order given."""
    return [letter_row(row) for row in rows]


def letter_row(row: LogRow) -> ShownLetter:
    """One letter."""
    word = letter_word(row.kind.value)
    return ShownLetter(
        public_id=row.public_id,
        word=word[:1].upper() + word[1:],
        recipient=row.recipient_name or row.recipient or "–",
        firm_name=row.firm_name,
        status=row.status,
        at=row.at,
        company=row.company,
        more=max(0, row.number - 1),
        is_forgotten=row.kind.warns and row.number == 0,
    )


def preview_of(group: Group, connections: list[Connection]) -> Preview:
    """The warning that this group would be sent now."""
    to = group.to
    facts = {"to_name": to.name, "about": None, "firm": group.firm.name}
    words = render(
        LetterKind.WARNING.value, to.language, facts | broken_facts(connections, for_letters())
    )
    return Preview(SERVICE, to.email, words.subject, words.body, to.language)
