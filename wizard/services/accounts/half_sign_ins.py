"""Sign-ins that stand at half: the password was right, the second factor is still to be shown.

Such a one is a row of staff sessions that had ended when it was made, so nothing takes it for a session.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from wizard.models import Passkey, SignInWay, StaffSession, User, now
from wizard.services.crypto.digests import digest, new_secret

LIVES = timedelta(minutes=10)


def has_second_factor(session: Session, user: User) -> bool:
    """True if a password alone does not let her in: she has proved codes of an app, or has a passkey."""
    if user.totp_confirmed_at is not None:
        return True
    return bool(session.scalar(select(exists().where(Passkey.user_id == user.id))))


def begin(session: Session, user: User) -> str:
    """Note that she has shown her password; returns the secret for the browser. The caller commits."""
    token, moment = new_secret(), now()
    session.add(
        StaffSession(
            token_hash=digest(token),
            user_id=user.id,
            way=SignInWay.PASSWORD,
            created_at=moment,
            last_used_at=moment,
            ended_at=moment,
        )
    )
    return token


def find(session: Session, token: str) -> User | None:
    """Who showed her password in this browser, minutes ago; None if she has been shut out since.

    A password that was changed meanwhile ends it too, and so does her firm by switching passwords off.
    """
    row = session.scalar(
        select(StaffSession)
        .join(StaffSession.user)
        .where(
            StaffSession.token_hash == digest(token),
            StaffSession.ended_at == StaffSession.created_at,
            StaffSession.created_at > now() - LIVES,
            User.active,
            or_(
                User.password_changed_at.is_(None),
                User.password_changed_at <= StaffSession.created_at,
            ),
        )
        .options(contains_eager(StaffSession.user).joinedload(User.firm))
    )
    if row is None or (row.user.firm and not row.user.firm.password_sign_in):
        return None
    return row.user


def take(session: Session, token: str) -> bool:
    """Use it up; False if another request has. The caller commits."""
    return end(session, StaffSession.token_hash == digest(token)) > 0


def end(session: Session, *which: ColumnElement[bool]) -> int:
    """End these, of which nobody can make a session any more; returns their number. The caller commits."""
    halves = (*which, StaffSession.ended_at == StaffSession.created_at)
    ended = session.scalars(delete(StaffSession).where(*halves).returning(StaffSession.id))
    return len(ended.all())
