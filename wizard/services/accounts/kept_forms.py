"""Forms that were sent when the session had ended: kept for an hour, shown again to whoever wrote them."""

import json
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from wizard.models import KeptForm, now
from wizard.services.crypto import sealed_answers
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.throttling import rate_limits

KEPT = timedelta(hours=1)
LARGEST_BYTES = 20_000
AN_HOUR = 60  # from one network
SWEEP = 10_000

Words = list[tuple[str, str]]


def keep(session: Session, user_id: int | None, network: str, words: Words) -> str | None:
    """Keep what was written by this user; returns the token that opens it, for the browser alone. Commits.

    None if it is too much, or if too many forms come from the network.
    """
    packed = json.dumps(words).encode()
    if len(packed) > LARGEST_BYTES:
        return None
    if not rate_limits.hit(session, "kept_forms", network, AN_HOUR, KEPT).allowed:
        return None
    token = new_secret()
    sealed = sealed_answers.seal(token, packed)
    session.add(KeptForm(token_hash=digest(token), user_id=user_id, words=sealed))
    session.commit()
    return token


def find(session: Session, token: str, user_id: int | None) -> Words | None:
    """What was written; None after an hour, and for another user than the one who wrote it.

    Without a user, it is for a page that a link opens: whoever holds both may see it.
    """
    kept = session.scalar(
        select(KeptForm).where(
            KeptForm.token_hash == digest(token), KeptForm.kept_at > now() - KEPT
        )
    )
    if kept is None or user_id not in {None, kept.user_id}:
        return None
    packed = sealed_answers.unseal(token, kept.words)
    return [(name, text) for name, text in json.loads(packed)] if packed else None


def drop(session: Session, token: str) -> None:
    """Delete what was written, since it has been sent anew. Commits."""
    session.execute(delete(KeptForm).where(KeptForm.token_hash == digest(token)))
    session.commit()


def forget_old(session: Session) -> int:
    """Delete a batch of those older than an hour; returns their number. Commits."""
    some = select(KeptForm.id).where(KeptForm.kept_at <= now() - KEPT).limit(SWEEP)
    deleted = session.scalars(
        delete(KeptForm).where(KeptForm.id.in_(some)).returning(KeptForm.id)
    ).all()
    session.commit()
    return len(deleted)
