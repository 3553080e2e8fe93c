"""Letters and links of an invitation in words, for support."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from wizard.models import KeyPurpose, Letter
from wizard.services.companies.support_view import SeenLink
from wizard.web.event_texts import LINKS, letter_word


@dataclass(frozen=True)
class LetterRow:
    """A letter; ``at`` is when it was or will be sent, ``refusal`` the mail server's answer."""

    word: str
    recipient: str
    status: str
    at: datetime
    refusal: str | None


@dataclass(frozen=True)
class LinkRow:
    """A link, and whose it is."""

    id: int
    whose: str
    made_at: datetime
    last_seen_at: datetime | None
    is_working: bool


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


def link_rows(links: list[SeenLink]) -> list[LinkRow]:
    """The rows, in the order given."""
    return [
        LinkRow(link.id, _whose(link), link.made_at, link.last_seen_at, link.is_working)
        for link in links
    ]


def _whose(link: SeenLink) -> str:
    if link.recipient:
        return gettext("The link in the mail to %(address)s", address=link.recipient)
    made = str(LINKS[link.purpose])
    if link.purpose is KeyPurpose.COPIED and link.made_by:
        return f"{made} ({link.made_by})"
    return made
