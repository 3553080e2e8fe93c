"""How far a sample has come that somebody is fetching: which labels have gone, and what may come another time.

Only labels are stored, for a day, and no documents. A sample that has said nothing for minutes has broken,
as when its process was killed.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
from sqlalchemy import Text, cast, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import Sample, now

KEPT = timedelta(days=1)
SILENT = timedelta(minutes=3)  # longer than any document takes, and any wait without a word
RECENT = 10

log = structlog.get_logger()


class Course(StrEnum):
    """How a sample fares."""

    GOING = "going"
    WHOLE = "whole"
    BROKEN = "broken"


class GoingAlreadyError(Exception):
    """The same sample is being sent: it is followed, and not sent twice."""


@dataclass(frozen=True)
class Asked:
    """A sample that somebody asks for: ``labels`` in the order in which their documents come."""

    connection_id: int
    public_id: str
    staff_id: int
    year_id: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """Notes how one sending of a sample goes on; a later one of the same sample takes its place."""

    sessions: sessionmaker[Session]
    sample_id: int
    attempt: int

    def move(self, documents: int = 0, again: str = "", *, gone: int = 0) -> None:
        """So many more labels have gone, with so many documents; ``again`` is one that may come another time."""
        more = [again] if again else []
        self._note(
            gone=Sample.gone + gone,
            documents=Sample.documents + documents,
            again=func.array_cat(Sample.again, cast(more, ARRAY(Text()))),
            moved_at=now(),
        )

    def end(self) -> None:
        """All of the file has been sent."""
        self._note(ended_at=now())

    def stop(self) -> None:
        """No more of it will be sent."""
        self._note(broke_at=now())

    def _note(self, **values: object) -> None:
        """Write without raising: the file is worth more than the note."""
        mine = (Sample.id == self.sample_id, Sample.attempt == self.attempt, *UNFINISHED)
        try:
            with self.sessions.begin() as session:
                session.execute(
                    update(Sample).where(*mine).values(values),
                    execution_options={"synchronize_session": False},
                )
        except DBAPIError as error:
            log.warning("sample_progress_lost", error=type(error).__name__)


UNFINISHED = (Sample.ended_at.is_(None), Sample.broke_at.is_(None))


def begin(sessions: sessionmaker[Session], asked: Asked) -> Progress:
    """Note that a sample is about to be sent. Raises GoingAlreadyError if it is being sent. Commits."""
    fresh = {
        "year_id": asked.year_id,
        "labels": list(asked.labels),
        "again": [],
        "gone": 0,
        "documents": 0,
        "created_at": now(),
        "moved_at": now(),
        "broke_at": None,
        "ended_at": None,
    }
    made = insert(Sample).values(
        connection_id=asked.connection_id,
        public_id=asked.public_id,
        made_by_id=asked.staff_id,
        attempt=1,
        **fresh,
    )
    over = or_(
        Sample.ended_at.is_not(None), Sample.broke_at.is_not(None), Sample.moved_at < now() - SILENT
    )
    mine = made.on_conflict_do_update(
        index_elements=["connection_id", "public_id"],
        set_=fresh | {"attempt": Sample.attempt + 1},
        where=over,
    ).returning(Sample.id, Sample.attempt)
    with sessions.begin() as session:
        found = session.execute(mine).first()
    if found is None:
        raise GoingAlreadyError
    return Progress(sessions, found[0], found[1])


def find(session: Session, connection_id: int, public_id: str) -> Sample | None:
    """A sample of a connection. One statement."""
    return session.scalar(
        select(Sample).where(Sample.connection_id == connection_id, Sample.public_id == public_id)
    )


def recent(session: Session, connection_id: int) -> list[Sample]:
    """The newest samples of a connection, as long as they are kept. One statement."""
    newest = select(Sample).where(Sample.connection_id == connection_id).order_by(Sample.id.desc())
    return list(session.scalars(newest.limit(RECENT)))


def course_of(sample: Sample) -> Course:
    """How a sample fares."""
    if sample.ended_at:
        return Course.WHOLE
    silent = sample.moved_at < now() - SILENT
    return Course.BROKEN if sample.broke_at or silent else Course.GOING


def missing_of(sample: Sample) -> list[str]:
    """The labels that have not gone whole, in the order of the sample."""
    kept_back = set(sample.again)
    return [
        label
        for place, label in enumerate(sample.labels)
        if place >= sample.gone or label in kept_back
    ]


def forget_old(session: Session) -> int:
    """Delete the samples that have had their time; how many. Commits."""
    old = delete(Sample).where(Sample.created_at < now() - KEPT).returning(Sample.id)
    number = len(session.scalars(old).all())
    session.commit()
    return number
