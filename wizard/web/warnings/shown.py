"""Letters to staff, for display."""

from dataclasses import dataclass
from datetime import datetime

from wizard.mail.rendering import SERVICE, render
from wizard.models import Connection, LetterKind
from wizard.services.letters.kinds import LETTERS
from wizard.services.letters.staff_contents import broken_facts
from wizard.services.warnings import warning_log
from wizard.services.warnings.firm_warnings import Group
from wizard.services.warnings.warning_log import LogRow
from wizard.web.event_texts import letter_word
from wizard.web.forms.letters import Preview
from wizard.wiring.addresses import for_letters


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
    more: str | None
    is_forgotten: bool


def log_rows(rows: list[LogRow]) -> list[ShownLetter]:
    """The rows of the list, in the order given."""
    return [letter_row(row) for row in rows]


def letter_row(row: LogRow) -> ShownLetter:
    """The row of one letter."""
    word = letter_word(row.kind.value)
    return ShownLetter(
        public_id=row.public_id,
        word=word[:1].upper() + word[1:],
        recipient=row.recipient_name or row.recipient or "–",
        firm_name=row.firm_name,
        status=row.status,
        at=row.at,
        company=row.company,
        more=_more(row.number),
        is_forgotten=LETTERS[row.kind].warns and row.number == 0,
    )


def _more(number: int) -> str | None:
    """The number of companies after the first, or `1000+` if they were not all counted."""
    if number < 2:
        return None
    most = warning_log.MOST_COUNTED
    return str(number - 1) if number <= most else f"{most}+"


def preview_of(group: Group, connections: list[Connection]) -> Preview:
    """The warning as it would be sent to this group now."""
    to = group.to
    facts = {"to_name": to.name, "about": None, "firm": group.firm.name}
    words = render(
        LetterKind.WARNING.value, to.language, facts | broken_facts(connections, for_letters())
    )
    return Preview(SERVICE, to.email, words.subject, words.body, to.language)
