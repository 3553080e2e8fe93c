"""Standings are kept by whoever writes, and agree with a count from the beginning."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.standings import differences, marks
from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    EventKind,
    Grant,
    GrantState,
    Invitation,
    InvitationStatus,
    KeyPurpose,
    MoveReason,
    Standing,
    StandingMark,
    Step,
    Whose,
    now,
)
from wizard.services.desk import keeping
from wizard.services.invitations import lifecycle, visits


def reason_of(session: Session, company: Company) -> MoveReason:
    found = select(Standing.reason).where(Standing.company_id == company.id)
    return session.scalars(found).one()


def test_each_step_of_a_company_is_kept_in_its_transaction(session: Session, cast: Cast) -> None:
    company = cast.company
    assert reason_of(session, company) is MoveReason.NOT_INVITED
    link = lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    assert reason_of(session, company) is MoveReason.WAITING
    key = visits.find_key(session, link.secret)
    assert key
    visits.advance(session, key, Step.WELCOME)
    assert reason_of(session, company) is MoveReason.BEGUN
    visits.tell_sender(session, key, EventKind.NUMBER_QUESTIONED)
    assert reason_of(session, company) is MoveReason.NUMBER_QUESTIONED
    lifecycle.show_link(session, link.invitation, cast.owner)
    assert reason_of(session, company) is MoveReason.BEGUN
    connection = make_connection(session, link)
    assert reason_of(session, company) is MoveReason.CONNECTED
    broken.need_renewal(session, connection)
    assert reason_of(session, company) is MoveReason.TO_BE_RENEWED
    lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    assert reason_of(session, company) is MoveReason.WAITING
    assert session.scalars(
        select(Standing.renewal_begun).where(Standing.company_id == company.id)
    ).one()
    assert marks(session) == 0
    assert differences(session) == []


def test_what_is_rolled_back_changes_nothing(session: Session, cast: Cast) -> None:
    lifecycle.begin(session, cast.company, "visma", cast.owner)
    session.rollback()
    assert reason_of(session, cast.company) is MoveReason.NOT_INVITED
    assert marks(session) == 0


def test_a_savepoint_is_not_the_end(session: Session, cast: Cast) -> None:
    with session.begin_nested():
        invitation = lifecycle.begin(session, cast.company, "visma", cast.owner)
    invitation.status = InvitationStatus.WITHDRAWN
    invitation.ended_at = now()
    session.commit()
    found = select(Standing.invitation_status).where(Standing.company_id == cast.company.id)
    assert session.scalars(found).one() is InvitationStatus.WITHDRAWN


def test_a_write_past_the_sessions_is_marked_and_sorted_by_the_worker(
    app: Flask, session: Session, cast: Cast
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    address = app.extensions["engine"].url.set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as raw:
        raw.execute(
            "update connections set status = 'renewal_needed', status_since = now() where id = %s",
            [connection.id],
        )
    assert marks(session) == 1
    assert keeping.sort_marked(session) == 1
    assert reason_of(session, cast.company) is MoveReason.TO_BE_RENEWED
    assert keeping.sort_marked(session) == 0


def test_a_check_that_moves_only_the_next_one_marks_nothing(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    grant = Grant(provider="visma", state=GrantState.LIVING)
    session.add(grant)
    session.flush()
    connection = make_connection(session, link, grant_id=grant.id)
    session.execute(
        text(
            "update connections set next_check_at = now() + interval '1 hour', last_read_at = now()"
        )
    )
    assert marks(session) == 0
    connection.next_check_at = now() - timedelta(hours=7)
    session.commit()
    keeping.sort_due(session)
    assert reason_of(session, cast.company) is MoveReason.LATE
    connection.next_check_at = now() + timedelta(hours=1)
    session.commit()
    assert reason_of(session, cast.company) is MoveReason.CONNECTED


def test_time_alone_moves_a_standing(session: Session, cast: Cast) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    key = visits.find_key(session, link.secret)
    assert key
    visits.advance(session, key, Step.WELCOME)
    start = now()
    for days, reason in (
        (2, MoveReason.BEGUN),
        (3.1, MoveReason.STUCK),
        (15, MoveReason.EXPIRED),
    ):
        with time_machine.travel(start + timedelta(days=days), tick=True):
            keeping.sort_due(session)
            assert reason_of(session, cast.company) is reason
            assert differences(session) == []


@pytest.fixture
def unsorted(session: Session, cast: Cast) -> Callable[[int], None]:
    """Companies as the migration leaves them."""

    def make(number: int) -> None:
        for one in range(number):
            broken.connect(session, cast.firm, cast.owner, one)
        session.execute(text("update standings set whose = 'nobody', reason = 'unsorted'"))
        session.execute(
            text("insert into standing_marks (transaction, company_id) select 0, id from companies")
        )
        session.commit()

    return make


def test_what_the_migration_left_is_sorted_a_piece_at_a_time(
    session: Session, unsorted: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 3)
    unsorted(5)
    assert keeping.sort_marked(session) == 3
    assert keeping.sort_marked(session) == 3  # as after a kill: the rest is still marked
    assert keeping.sort_marked(session) == 1
    assert keeping.sort_marked(session) == 0
    assert differences(session) == []


def test_two_that_write_of_one_company_see_each_other(
    app: Flask, session: Session, cast: Cast
) -> None:
    """The one that waits for the other's standing gathers after it has it."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    connection = make_connection(session, link)
    with app.extensions["sessions"]() as other:
        mine = other.get_one(Connection, connection.id)
        mine.approver_is_consultant = True
        other.flush()
        invitation = session.get_one(Invitation, link.invitation.id)
        invitation.renews_id = connection.id
        session.commit()
        mine.status = ConnectionStatus.RENEWAL_NEEDED
        other.commit()
    assert differences(session) == []
    found = session.scalars(select(Standing).where(Standing.company_id == cast.company.id)).one()
    assert (found.whose, found.consultant) == (Whose.FIRM, True)
    assert session.scalars(select(StandingMark)).all() == []


def test_a_step_leaves_its_marks_to_the_last_of_its_act_or_to_the_worker(
    session: Session, cast: Cast
) -> None:
    company = cast.company
    link = lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    company_id, began = company.id, reason_of(session, company)
    keeping.leave_marks(session)
    lifecycle.withdraw(session, link.invitation, None)
    assert marks(session) == 1
    assert reason_of(session, company) is began
    session.rollback()
    keeping.take_marks_of(session, company_id)
    session.commit()
    assert marks(session) == 0
    assert reason_of(session, company) is not began
    assert differences(session) == []
    keeping.leave_marks(session)
    lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    assert marks(session) == 1
    assert keeping.sort_marked(session) == 1
    assert differences(session) == []
