"""How far a sample has come is noted once for each sending, and kept for a day."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.models import KeyPurpose, Sample, now
from wizard.services.evidence import sample_progress
from wizard.services.evidence.sample_progress import (
    KEPT,
    SILENT,
    Asked,
    Course,
    GoingAlreadyError,
    course_of,
    find,
    forget_old,
    missing_of,
    recent,
)
from wizard.services.invitations import lifecycle


@pytest.fixture
def asked(session: Session, cast: Cast) -> Asked:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    session.commit()
    return Asked(connection.id, "s1", cast.owner.id, "2026", ("A1", "A2", "A3"))


def row(session: Session, asked: Asked) -> Sample:
    session.rollback()
    session.expire_all()
    found = find(session, asked.connection_id, asked.public_id)
    assert found is not None
    return found


def test_what_has_gone_and_what_may_come_another_time(
    app: Flask, session: Session, asked: Asked
) -> None:
    progress = sample_progress.begin(app.extensions["sessions"], asked)
    assert missing_of(row(session, asked)) == ["A1", "A2", "A3"]
    progress.move(2, gone=1)
    progress.move(0, "A2", gone=1)
    progress.move()
    found = row(session, asked)
    assert (found.gone, found.documents, course_of(found)) == (2, 2, Course.GOING)
    assert missing_of(found) == ["A2", "A3"]
    progress.stop()
    progress.end()
    progress.move(5, gone=1)
    found = row(session, asked)
    assert (found.gone, course_of(found)) == (2, Course.BROKEN)
    again = sample_progress.begin(app.extensions["sessions"], asked)
    again.move(1, gone=3)
    progress.move(1, gone=1)  # the earlier sending says nothing any more
    again.end()
    again.stop()
    found = row(session, asked)
    assert (found.gone, course_of(found), missing_of(found)) == (3, Course.WHOLE, [])
    assert [one.id for one in recent(session, asked.connection_id)] == [found.id]


def test_one_sending_at_a_time_until_it_has_been_silent_for_long(
    app: Flask, session: Session, asked: Asked
) -> None:
    sample_progress.begin(app.extensions["sessions"], asked)
    with pytest.raises(GoingAlreadyError):
        sample_progress.begin(app.extensions["sessions"], asked)
    found = row(session, asked)
    found.moved_at = now() - SILENT - timedelta(seconds=1)
    session.commit()
    assert course_of(found) is Course.BROKEN
    assert sample_progress.begin(app.extensions["sessions"], asked).attempt == 2


def test_it_is_kept_for_a_day(app: Flask, session: Session, asked: Asked) -> None:
    sample_progress.begin(app.extensions["sessions"], asked)
    assert forget_old(session) == 0
    row(session, asked).created_at = now() - KEPT - timedelta(minutes=1)
    session.commit()
    assert forget_old(session) == 1
    assert find(session, asked.connection_id, asked.public_id) is None
