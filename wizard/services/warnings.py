"""Telling the right person, once, that connections no longer work; and a deputy, if nothing is done.

Who: the one whom the firm has named. Where it has named nobody, the one who asked for the
connection, since the client is hers; where she has left, the firm's contact. What breaks within a
few minutes goes in one letter. What has recovered before the letter goes is left out of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from wizard.causes import CAUSES, Cause
from wizard.models import (
    LIVING,
    Company,
    Connection,
    ConnectionStatus,
    ConnectionWarning,
    EventKind,
    Firm,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    Outage,
    User,
    now,
)
from wizard.services import letters
from wizard.services.companies import without_tokens
from wizard.services.history import record
from wizard.services.letters import STAFF_LANGUAGE, Addressee
from wizard.services.turns import takes_turn

GATHERED = timedelta(minutes=10)  # what breaks within it goes in one letter
APART = timedelta(hours=1)  # between two letters to one person, however much breaks
DISTURBED_LONG = timedelta(days=1)  # then an outage of one company alone is told
DEPUTY_AFTER = timedelta(days=3)
MOST = 20_000  # connections looked at in one round
OURS = [cause.value for cause in Cause if CAUSES[cause].alert]
CAUSE_NOW = func.coalesce(Connection.cause, "")


@dataclass(frozen=True)
class Spell:
    """A connection's trouble, of which nobody has been told yet."""

    connection_id: int
    public_id: str
    status: ConnectionStatus
    cause: str
    since: datetime

    @property
    def told_from(self) -> datetime:
        """When it is time to tell of it."""
        late = DISTURBED_LONG if self.status is ConnectionStatus.DISTURBED else timedelta(0)
        return self.since + late


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
    for spell, firm, asked_by in _untold(session):
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


def told_in(session: Session, letter: Letter, *, still: bool) -> list[ConnectionWarning]:
    """What a letter tells of, by the companies' names; with ``still``, what has not passed since.

    Each with its connection and company. One statement.
    """
    return list(session.scalars(_told(still).where(_in_letter(letter.id))))


def connections_of(session: Session, group: Group) -> list[Connection]:
    """The connections of a group, by the companies' names, each with its company. One statement."""
    return list(
        session.scalars(
            select(Connection)
            .join(Connection.company)
            .where(Connection.id.in_([spell.connection_id for spell in group.spells]))
            .order_by(Company.sort_key, Connection.id)
            .options(contains_eager(Connection.company), without_tokens())
        )
    )


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


def _untold(session: Session) -> Iterable[tuple[Spell, Firm, User | None]]:
    told = exists().where(
        ConnectionWarning.connection_id == Connection.id,
        ConnectionWarning.since == Connection.status_since,
        ConnectionWarning.cause == CAUSE_NOW,
    )
    lines = session.execute(
        select(
            Connection.id,
            Connection.public_id,
            Connection.status,
            CAUSE_NOW,
            Connection.status_since,
            Firm,
            User,
        )
        .join(Connection.firm)
        .join(Invitation, Invitation.id == Connection.invitation_id)
        .outerjoin(User, User.id == Invitation.created_by_id)
        .where(_to_be_told(), ~told)
        .order_by(Connection.status_since, Connection.id)
        .limit(MOST)
    )
    return ((Spell(*line[:5]), line[5], line[6]) for line in lines)


def _to_be_told() -> ColumnElement[bool]:
    """Renewal is needed, or one company has long been out of reach; outages and our faults are not hers."""
    in_outage = exists().where(Outage.provider == Connection.provider, Outage.ended_at.is_(None))
    return and_(
        CAUSE_NOW.not_in(OURS),
        or_(
            Connection.status == ConnectionStatus.RENEWAL_NEEDED,
            and_(
                Connection.status == ConnectionStatus.DISTURBED,
                Connection.status_since < now() - DISTURBED_LONG,
                ~in_outage,
            ),
        ),
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
    for warning in session.scalars(_ignored()):
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


def _ignored() -> Select[ConnectionWarning]:
    """Warnings still true whose letter bounced, or was sent three days ago and led to no invitation."""
    invited = exists().where(
        Invitation.company_id == Connection.company_id,
        Invitation.status.in_(LIVING),
        Invitation.expires_at > now(),
    )
    ignored = and_(
        Letter.status == LetterStatus.SENT, Letter.sent_at < now() - DEPUTY_AFTER, ~invited
    )
    return (
        _told(still=True)
        .join(ConnectionWarning.letter)
        .where(
            ConnectionWarning.deputy_letter_id.is_(None),
            Letter.recipient != "",
            or_(Letter.status == LetterStatus.BOUNCED, ignored),
        )
        .options(contains_eager(ConnectionWarning.letter))
        .limit(MOST)
    )


def _in_letter(letter_id: int) -> ColumnElement[bool]:
    return or_(
        ConnectionWarning.letter_id == letter_id, ConnectionWarning.deputy_letter_id == letter_id
    )


def _told(still: bool) -> Select[ConnectionWarning]:
    found = (
        select(ConnectionWarning)
        .join(ConnectionWarning.connection)
        .join(Connection.company)
        .order_by(Company.sort_key, ConnectionWarning.id)
        .options(
            contains_eager(ConnectionWarning.connection).options(
                contains_eager(Connection.company), without_tokens()
            )
        )
    )
    same = (
        Connection.status == ConnectionWarning.status,
        Connection.status_since == ConnectionWarning.since,
        ConnectionWarning.cause == CAUSE_NOW,
    )
    return found.where(*same) if still else found
