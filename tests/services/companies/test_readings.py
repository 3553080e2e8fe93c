"""Support's reading of a person is told of; a member's reading of her own firm's is not."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.webhooks import connect
from wizard.models import AuditAction, AuditEntry, now
from wizard.services.audit.trail import acting_as, by_user
from wizard.services.companies import readings


def test_support_and_admin_leave_an_entry_that_names_the_approver(
    session: Session, cast: Cast
) -> None:
    connection = connect(session, cast.company)
    with acting_as(by_user(cast.support, "203.0.113.7")):
        readings.note(session, cast.support, cast.company, connection)
    read = select(AuditEntry).where(AuditEntry.action == AuditAction.PERSON_READ)
    entry = session.scalars(read).one()
    assert (entry.user_id, entry.address) == (cast.support.id, "203.0.113.7")
    assert (entry.object_id, entry.firm_id) == (cast.company.public_id, cast.firm.id)
    assert entry.person == connection.approver_email


def test_a_member_leaves_none(session: Session, cast: Cast) -> None:
    readings.note(session, cast.owner, cast.company, None)
    assert session.scalars(select(AuditEntry)).all() == []


def test_a_page_that_is_loaded_anew_is_one_reading(session: Session, cast: Cast) -> None:
    read = select(func.count(AuditEntry.id)).where(AuditEntry.action == AuditAction.PERSON_READ)
    with acting_as(by_user(cast.support, None)):
        for _ in range(3):
            readings.note(session, cast.support, cast.company, None)
        assert session.scalar(read) == 1
        readings.note(session, cast.support, cast.other_company, None)
        assert session.scalar(read) == 2
    with acting_as(by_user(cast.admin, None)):
        readings.note(session, cast.admin, cast.company, None)
        assert session.scalar(read) == 3
    with time_machine.travel(now() + readings.OPENING + timedelta(seconds=1)):
        with acting_as(by_user(cast.support, None)):
            readings.note(session, cast.support, cast.company, None)
        assert session.scalar(read) == 4
