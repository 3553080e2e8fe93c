"""Telling the right person, once, that connections no longer work; and a deputy, if nothing is done.

Who: the one whom the firm has named. Where it has named nobody, the one who asked for the
connection, since the client is hers; where she has left, the firm's contact. What breaks within a
few minutes goes in one letter. What has recovered before the letter goes is left out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard.models import (
    ConnectionWarning,
    EventKind,
    Firm,
    Letter,
    LetterKind,
    User,
    now,
)
from wizard.services import letters
from wizard.services.history import record
from wizard.services.letters import STAFF_LANGUAGE, Addressee
from wizard.services.troubles import Spell, ignored, told_in, untold
from wizard.services.turns import takes_turn

GATHERED = timedelta(minutes=10)  # what breaks within it goes in one letter
APART = timedelta(hours=1)  # between two letters to one person, however much breaks


@dataclass(frozen=True)
class Group:
    """What one person at a firm is to be told in one letter, and when it goes at the earliest."""

    firm: Firm
    to: Addressee
    spells: list[Spell]
    due_at: datetime

    def tells_of(self, public_id: str) -> bool:
        """Whether the connection with this id is among them."""
        return any(spell.public_id == public_id for spell in self.spells)


def tell(session: Session) -> int:
    """Put the warnings that are due in the outbox; how many letters. Commits.

    Any number of processes may: one at a time does it, and each spell is told once.
    """
    if not takes_turn(session, "warnings"):
        return 0
    due = [group for group in upcoming(session) if group.due_at <= now()]
    for group in due:
        _post(session, group)
    told = len(due) + _tell_deputies(session)
    session.commit()
    return told


def upcoming(session: Session) -> list[Group]:
    """What is to be told, by firm and person, the first due first. Two statements."""
    found: dict[tuple[int, str], tuple[Firm, Addressee, list[Spell]]] = {}
    for spell, firm, asked_by in untold(session):
        to = whom_to_tell(firm, asked_by)
        found.setdefault((firm.id, to.email), (firm, to, []))[2].append(spell)
    lately = _told_lately(session) if found else {}
    groups = [
        Group(firm, to, spells, _due_at(spells, lately.get(key)))
        for key, (firm, to, spells) in found.items()
    ]
    return sorted(groups, key=lambda group: group.due_at)


def whom_to_tell(firm: Firm, asked_by: User | None) -> Addressee:
    """The one whom the firm has named, else who asked for the connection, else the firm's contact."""
    hers = asked_by is not None and asked_by.active and asked_by.firm_id == firm.id
    if firm.warned_email or asked_by is None or not hers:
        return letters.named_by(firm)
    return Addressee(asked_by.email, STAFF_LANGUAGE, asked_by.name)


def deputy_of(firm: Firm, told: str) -> Addressee | None:
    """The firm's deputy, else its contact; None when that is the one who was told already."""
    name, email = firm.deputy_name, firm.deputy_email
    if not email:
        name, email = firm.contact_name, firm.contact_email
    if email.lower() == told.lower():
        return None
    return Addressee(email, STAFF_LANGUAGE, name)


def note_sent(session: Session, letter: Letter) -> None:
    """Write in the history of each connection who was told; the caller commits."""
    for warning in told_in(session, letter, still=True):
        record(
            session,
            EventKind.WARNED,
            connection=warning.connection,
            cause=warning.cause or None,
            note=letter.recipient_name or letter.recipient,
        )


def _post(session: Session, group: Group) -> None:
    letter = letters.post_to_firm(session, LetterKind.WARNING, group.firm, group.to)
    session.add_all(
        ConnectionWarning(
            connection_id=spell.connection_id,
            status=spell.status,
            cause=spell.cause,
            since=spell.since,
            letter_id=letter.id,
        )
        for spell in group.spells
    )


def _told_lately(session: Session) -> dict[tuple[int, str], datetime]:
    lately = session.execute(
        select(Letter.firm_id, Letter.recipient, func.max(Letter.created_at))
        .where(
            Letter.invitation_id.is_(None),
            Letter.kind == LetterKind.WARNING,
            Letter.created_at > now() - APART,
        )
        .group_by(Letter.firm_id, Letter.recipient)
    )
    return {(firm_id, email): at for firm_id, email, at in lately if firm_id is not None}


def _due_at(spells: list[Spell], told: datetime | None) -> datetime:
    due = min(spell.told_from for spell in spells) + GATHERED
    return max(due, told + APART) if told else due


def _tell_deputies(session: Session) -> int:
    """Tell the deputy of what nothing was done about, or what never reached the first person."""
    groups: dict[tuple[int, str], list[ConnectionWarning]] = {}
    for warning in ignored(session):
        groups.setdefault((warning.connection.firm_id, warning.letter.recipient), []).append(
            warning
        )
    return sum(_tell_deputy(session, told) for told in groups.values())


def _tell_deputy(session: Session, told: Sequence[ConnectionWarning]) -> bool:
    first = max((warning.letter for warning in told), key=lambda letter: letter.id)
    firm = session.get_one(Firm, told[0].connection.firm_id)
    to = deputy_of(firm, first.recipient)
    if to is None:
        return False
    letter = letters.post_to_firm(session, LetterKind.WARNING_DEPUTY, firm, to, about=first)
    for warning in told:
        warning.deputy_letter_id = letter.id
    return True
