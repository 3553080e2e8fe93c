"""Idempotent creations: one Idempotency-Key creates one thing, even if a process is killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import Creation, now
from wizard.services.concurrency.locks import alone
from wizard.services.crypto.digests import digest

KEPT = timedelta(hours=24)
PATIENCE_SECONDS = 0.05  # wait for a concurrent request with the same key; the client can retry
SWEEP = 10_000


class CreationDiffersError(Exception):
    """The Idempotency-Key was used earlier with another request."""


@contextmanager
def once(
    sessions: sessionmaker[Session], api_key_id: int, token: str, request: bytes
) -> Iterator[Creation]:
    """The creation for an Idempotency-Key; the block sets ``made``, a public id, if it is not set yet.

    ``request`` is the complete request. The block runs exclusively: raises BusyError if another request
    with the same key is in progress, CreationDiffersError if the key was used with another request.
    If the block fails or the process is killed, ``made`` is unchanged, and ``began_at`` is the time of
    the first try.
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
    """Record the created id in the transaction that creates it, so that both are stored. The caller commits."""
    creation.made = made
    if creation.id is not None:
        session.execute(update(Creation).where(Creation.id == creation.id).values(made=made))


def forget_old(session: Session) -> int:
    """Delete a batch of records older than a day; returns their number. Commits."""
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
