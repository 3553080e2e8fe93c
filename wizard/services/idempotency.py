"""Creations that may be asked for twice: the same Idempotency-Key makes one thing, whoever dies when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import Creation, now
from wizard.services.locking import alone
from wizard.services.secrets import digest

KEPT = timedelta(hours=24)
PATIENCE_SECONDS = 0.05  # for one that is being made just now: its sender may ask again
SWEEP = 10_000


class CreationDiffersError(Exception):
    """The same Idempotency-Key came earlier with another request."""


@contextmanager
def once(
    sessions: sessionmaker[Session], api_key_id: int, token: str, request: bytes
) -> Iterator[Creation]:
    """What is known of a creation; whoever makes it sets its ``made``, a public id, in the block.

    ``request`` is all of what was asked for. Nobody else is at it meanwhile: BusyError when somebody is,
    CreationDiffersError when the token came with another request. A block that is left by an error, or by
    kill -9, leaves ``made`` as it was, and ``began_at`` says since when somebody may have been trying.
    """
    with alone(sessions, f"creation:{api_key_id}:{token}", PATIENCE_SECONDS) as own:
        with own.begin() as session:
            creation = _begin(session, api_key_id, token, digest(request.hex()))
        made = creation.made
        yield creation
        if creation.made != made:
            with own.begin() as session:
                session.merge(creation)


def remember(session: Session, creation: Creation, made: str) -> None:
    """Say what is made in the transaction that makes it, so that no kill comes between. The caller commits."""
    creation.made = made
    if creation.id is not None:
        session.execute(update(Creation).where(Creation.id == creation.id).values(made=made))


def forget_old(session: Session) -> int:
    """Delete what is older than a day; how many, some at a time. Commits."""
    some = select(Creation.id).where(Creation.began_at < now() - KEPT).limit(SWEEP)
    deleted = session.scalars(
        delete(Creation).where(Creation.id.in_(some)).returning(Creation.id)
    ).all()
    session.commit()
    return len(deleted)


def _begin(session: Session, api_key_id: int, token: str, request_hash: bytes) -> Creation:
    known = session.scalar(
        select(Creation).where(
            Creation.api_key_id == api_key_id, Creation.token_hash == digest(token)
        )
    )
    if known and known.began_at < now() - KEPT:
        session.delete(known)
        session.flush()
        known = None
    if known and known.request_hash != request_hash:
        raise CreationDiffersError
    creation = known or Creation(
        api_key_id=api_key_id, token_hash=digest(token), request_hash=request_hash
    )
    session.add(creation)
    return creation
