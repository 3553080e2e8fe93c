"""Warning the right person, once, about connections that do not work; and a deputy if nobody acts.

Who: the one responsible for the company, since the client is hers. Where there is none, or she has
left, the one whom the firm has named, else its contact. What breaks within a few minutes goes in one
letter. What has recovered before the letter goes is left out of it.
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
from wizard.services import outbox
from wizard.services.concurrency.locks import takes_turn
from wizard.services.history import record
from wizard.services.outbox import STAFF_LANGUAGE, Addressee
from wizard.services.warnings.incidents import (
    Incident,
    ignored,
    mark_told,
    told_in,
    untold,
)

GATHERED = timedelta(minutes=10)  # what breaks within it goes in one letter
APART = timedelta(hours=1)  # between two letters to one person, however much breaks


@dataclass(frozen=True)
class Group:
    """The incidents in one letter to one person at a firm, and the earliest time to send it."""

    firm: Firm
    to: Addressee
    incidents: list[Incident]
    due_at: datetime

    def tells_of(self, public_id: str) -> bool:
        """True if the letter includes the connection with this id."""
        return any(incident.public_id == public_id for incident in self.incidents)


def tell(session: Session) -> int:
    """Put the warnings that are due in the outbox; returns the number of letters. Commits.

    Safe to run in several processes: a lock admits one at a time, and each incident is reported once.
    """
    if not takes_turn(session, "warnings"):
        return 0
    due = [group for group in upcoming(session) if group.due_at <= now()]
    for group in due:
        _post(session, group)
    if due:
        mark_told(session)
    told = len(due) + _tell_deputies(session)
    session.commit()
    return told


def upcoming(session: Session) -> list[Group]:
    """The warnings to send, by firm and person, the first due first. Two statements."""
    found: dict[tuple[int, str], tuple[Firm, Addressee, list[Incident]]] = {}
    for incident, firm, responsible in untold(session):
        to = whom_to_tell(firm, responsible)
        found.setdefault((firm.id, to.email), (firm, to, []))[2].append(incident)
    lately = _told_lately(session) if found else {}
    groups = [
        Group(firm, to, incidents, _due_at(incidents, lately.get(key)))
        for key, (firm, to, incidents) in found.items()
    ]
    return sorted(groups, key=lambda group: group.due_at)


def whom_to_tell(firm: Firm, responsible: User | None) -> Addressee:
    """The one responsible for the company, while she works there; else whom the firm has named, else its contact."""
    if responsible is None or not responsible.active or responsible.firm_id != firm.id:
        return outbox.named_by(firm)
    return Addressee(responsible.email, STAFF_LANGUAGE, responsible.name)


def deputy_of(firm: Firm, told: str) -> Addressee | None:
    """The firm's deputy, else its contact; None if that is the person already warned."""
    name, email = firm.deputy_name, firm.deputy_email
    if not email:
        name, email = firm.contact_name, firm.contact_email
    if email.lower() == told.lower():
        return None
    return Addressee(email, STAFF_LANGUAGE, name)


def note_sent(session: Session, letter: Letter) -> None:
    """Record in the history of each connection who was warned; the caller commits."""
    for warning in told_in(session, letter, still=True):
        record(
            session,
            EventKind.WARNED,
            connection=warning.connection,
            cause=warning.cause or None,
            note=letter.recipient_name or letter.recipient,
        )


def _post(session: Session, group: Group) -> None:
    letter = outbox.post_to_firm(session, LetterKind.WARNING, group.firm, group.to)
    session.add_all(
        ConnectionWarning(
            connection_id=incident.connection_id,
            status=incident.status,
            cause=incident.cause,
            since=incident.since,
            letter_id=letter.id,
        )
        for incident in group.incidents
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


def _due_at(incidents: list[Incident], told: datetime | None) -> datetime:
    due = min(incident.told_from for incident in incidents) + GATHERED
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
    letter = outbox.post_to_firm(session, LetterKind.WARNING_DEPUTY, firm, to, about=first)
    for warning in told:
        warning.deputy_letter_id = letter.id
    return True
