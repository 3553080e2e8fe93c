"""Detecting outages of a provider: one alert when an outage is found, and one when it ends.

A provider that answers, and refuses many at once, is an outage too. Of that there is one alert, which
says until when it is held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from wizard.causes import RETRIED
from wizard.models import (
    BROKEN,
    Connection,
    ConnectionStatus,
    Letter,
    LetterKind,
    LetterStatus,
    Outage,
    OutageKind,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import takes_turn
from wizard.services.throttling.pacing import away_since
from wizard.services.warnings import refusals
from wizard.services.warnings.incidents import confirmed
from wizard.services.warnings.operator_alerts import Operator

LASTING = timedelta(minutes=10)  # shorter ones are not reported
MANY = 3  # connections: fewer are problems of those companies,
SHARE = 20  # as are fewer than one in 20 of those we look after
OVER_SHARE = 100  # over when fewer than one in 100 are left
DEPUTY_AFTER = timedelta(hours=2)
APART = timedelta(hours=1)  # between two alerts, when a provider comes and goes
LETTERS = {
    OutageKind.SILENT: LetterKind.OUTAGE,
    OutageKind.REFUSED: LetterKind.REFUSED_AT_ONCE,
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Aftermath:
    """Connections that do not work though the outage is over.

    To be renewed since it began, not read yet, and those that a fault of ours keeps from being read.
    """

    to_renew: int
    unread: int
    our_fault: int


def watch(session: Session, providers: Iterable[str], operator: Operator) -> None:
    """Record outages that begin and end, and mail the operator. Commits."""
    if takes_turn(session, "outages"):
        for provider in providers:
            outage = _open(session, provider, OutageKind.SILENT)
            if outage is None:
                _look_for_one(session, provider, operator)
            else:
                _follow(session, outage, operator)
            _look_for_refusals(session, provider, operator)
    session.commit()


def find(session: Session, public_id: str | None) -> Outage:
    """The outage that a letter is about; NoResultFound for an unknown one."""
    return session.scalars(select(Outage).where(Outage.public_id == public_id)).one()


def is_on(session: Session, public_id: str | None) -> bool:
    """True if the outage has not ended."""
    return find(session, public_id).ended_at is None


def silent_since(session: Session, provider: str) -> datetime | None:
    """When a provider stopped answering; None while it answers. One statement."""
    outage = _open(session, provider, OutageKind.SILENT)
    return outage.began_at if outage else None


def aftermath(session: Session, outage: Outage) -> Aftermath:
    """What an outage has left behind, now. One statement."""
    ended_in_it = (Connection.status == ConnectionStatus.RENEWAL_NEEDED) & (
        Connection.status_since >= outage.began_at
    )
    row = session.execute(
        select(
            func.count().filter(ended_in_it),
            func.count().filter(Connection.status == ConnectionStatus.DISTURBED),
            func.count().filter(Connection.status == ConnectionStatus.OUR_FAULT),
        ).where(Connection.provider == outage.provider, Connection.status.in_(BROKEN))
    ).one()
    return Aftermath(to_renew=row[0], unread=row[1], our_fault=row[2])


def _open(session: Session, provider: str, kind: OutageKind) -> Outage | None:
    return session.scalar(
        select(Outage).where(
            Outage.provider == provider, Outage.kind == kind, Outage.ended_at.is_(None)
        )
    )


def _look_for_refusals(session: Session, provider: str, operator: Operator) -> None:
    """Begin an outage when many are refused at once, and end it when they no longer are."""
    outage = _open(session, provider, OutageKind.REFUSED)
    found = refusals.many(session, provider)
    if outage and found:
        outage.affected = max(outage.affected, found.number)
    elif outage:
        outage.ended_at = now()
        log.warning("refusals_over", provider=provider)
    elif found and refusals.is_held(session, provider):
        outage = Outage(
            provider=provider,
            kind=OutageKind.REFUSED,
            began_at=found.since,
            affected=found.number,
        )
        session.add(outage)
        session.flush()
        log.error("many_refused", provider=provider, connections=found.number)
        _tell(session, outage, operator.email)


def _look_for_one(session: Session, provider: str, operator: Operator) -> None:
    number, began_at = session.execute(
        select(func.count(), func.min(Connection.status_since)).where(
            *_disturbed(provider), confirmed(LASTING)
        )
    ).one()
    if _is_less_than(session, provider, number, SHARE):
        number, began_at = _held_back(session, provider)
    if number < MANY:
        return
    outage = Outage(provider=provider, began_at=began_at, affected=number)
    session.add(outage)
    session.flush()
    log.error("outage_began", provider=provider, connections=number)
    _tell(session, outage, operator.email)


def _follow(session: Session, outage: Outage, operator: Operator) -> None:
    left = (
        session.scalar(select(func.count(Connection.id)).where(*_disturbed(outage.provider))) or 0
    )
    outage.affected = max(outage.affected, left)
    few = left < MANY or _is_less_than(session, outage.provider, left, OVER_SHARE)
    if few and away_since(session, outage.provider) is None:
        outage.ended_at = now()
        log.warning("outage_over", provider=outage.provider)
        for letter in _sent(session, outage):
            outbox.post_to_operator(
                session,
                LetterKind.OUTAGE_OVER,
                letter.recipient,
                topic=outage.public_id,
                about=letter,
            )
        return
    _tell(session, outage, operator.email)
    if outage.noticed_at < now() - DEPUTY_AFTER:
        _tell(session, outage, operator.deputy)


def _held_back(session: Session, provider: str) -> tuple[int, datetime]:
    """How many are disturbed, and since when all have failed: of an outage few are tried at all."""
    since = away_since(session, provider)
    if since is None or since > now() - LASTING:
        return 0, now()
    return session.scalar(
        select(func.count(Connection.id)).where(*_disturbed(provider))
    ) or 0, since


def _tell(session: Session, outage: Outage, address: str) -> None:
    """Mail once about each outage, at most once an hour; a longer one is mailed after the hour."""
    of_this = Letter.topic == outage.public_id
    kind = LETTERS[outage.kind]
    told = select(Letter.id).where(
        Letter.invitation_id.is_(None),
        Letter.kind == kind,
        Letter.recipient == address,
        or_(of_this, Letter.created_at > now() - APART),
    )
    if address and session.scalar(told.limit(1)) is None:
        outbox.post_to_operator(session, kind, address, topic=outage.public_id)


def _sent(session: Session, outage: Outage) -> list[Letter]:
    mine = (
        Letter.invitation_id.is_(None),
        Letter.kind == LETTERS[outage.kind],
        Letter.topic == outage.public_id,
        Letter.status == LetterStatus.SENT,
    )
    return list(session.scalars(select(Letter).where(*mine)))


def _disturbed(provider: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Connection.provider == provider,
        Connection.status == ConnectionStatus.DISTURBED,
        Connection.cause.in_(RETRIED),
    )


def _is_less_than(session: Session, provider: str, number: int, share: int) -> bool:
    """True if ``number`` is less than one in ``share``; counts no further than necessary."""
    enough = number * (share - 1) + 1
    working = (
        select(Connection.id)
        .where(Connection.status == ConnectionStatus.ACTIVE, Connection.provider == provider)
        .limit(enough)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(working)) == enough
