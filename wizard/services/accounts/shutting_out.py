"""Putting a person out: her sessions, her hand-overs, and the links that she was mailed."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from wizard.models import AccountLink, Handover, StaffSession, User, now
from wizard.services.accounts import sessions
from wizard.services.crypto.digests import digest


def end_sessions(session: Session, user: User, but: str | None = None) -> None:
    """End her sessions, but the one with this secret. The caller commits."""
    hers = [StaffSession.user_id == user.id]
    if but is not None:
        hers.append(StaffSession.token_hash != digest(but))
    sessions.end(session, *hers)


def end_links(session: Session, user: User) -> None:
    """End the links with which a password of hers can be chosen. The caller commits."""
    hers = (AccountLink.user_id == user.id, AccountLink.used_at.is_(None))
    session.execute(update(AccountLink).where(*hers).values(used_at=now()))


def shut_out(session: Session, user: User) -> None:
    """End every way in that she has begun; what ended here never lives again. The caller commits."""
    end_sessions(session, user)
    end_links(session, user)
    hers = (Handover.user_id == user.id, Handover.used_at.is_(None))
    session.execute(update(Handover).where(*hers).values(used_at=now()))
