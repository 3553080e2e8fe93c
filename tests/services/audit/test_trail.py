"""The audit trail: one entry for each act, in its transaction; nothing changes or removes it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import AuditAction, AuditActor, AuditEntry, now
from wizard.services.audit.trail import (
    SYSTEM,
    Who,
    about_user,
    act_as,
    acting,
    acting_as,
    by_user,
    changes,
    record,
)
from wizard.services.upkeep import retention


def test_an_entry_says_who_what_and_from_where(session: Session, cast: Cast) -> None:
    with acting_as(by_user(cast.admin, "203.0.113.7")):
        record(
            session,
            AuditAction.ACCOUNT_CHANGED,
            about_user(cast.colleague),
            before={"role": "member"},
            after={"role": "support"},
        )
    session.commit()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.user_id, entry.actor_name, entry.address) == (
        AuditActor.USER,
        cast.admin.id,
        cast.admin.email,
        "203.0.113.7",
    )
    assert (entry.object_kind, entry.object_id) == ("users", cast.colleague.public_id)
    assert (entry.person, entry.firm_id) == (cast.colleague.email, cast.colleague.firm_id)
    assert (entry.before, entry.after) == ({"role": "member"}, {"role": "support"})


def test_what_is_undone_leaves_no_entry(session: Session) -> None:
    record(session, AuditAction.EXPORTED)
    session.rollback()
    assert session.scalars(select(AuditEntry)).all() == []


def test_only_what_differs_is_told() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})


def test_long_values_are_cut_and_lists_stay_lists(session: Session) -> None:
    entry = record(
        session, AuditAction.FIRM_CHANGED, after={"name": "x" * 5000, "scopes": ("a", "b")}
    )
    assert entry.after == {"name": "x" * 1000, "scopes": ["a", "b"]}


def test_each_thread_acts_for_itself() -> None:
    act_as(Who(AuditActor.COMMAND, "flask user create"))
    seen: list[Who] = []
    other = threading.Thread(target=lambda: seen.append(acting()))
    other.start()
    other.join()
    act_as(SYSTEM)
    assert seen == [SYSTEM]


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEntry).values(actor_name="somebody else"),
        delete(AuditEntry),
        text("truncate audit_entries"),
    ],
)
def test_the_database_refuses_to_change_an_entry(session: Session, change: object) -> None:
    record(session, AuditAction.EXPORTED)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(change)  # type: ignore[call-overload]
    session.rollback()
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_retention_alone_removes_what_is_old(session: Session) -> None:
    for age in (retention.AUDIT + timedelta(days=2), retention.AUDIT - timedelta(days=2)):
        record(session, AuditAction.EXPORTED).at = now() - age
    session.commit()
    retention.forget(session)
    assert len(session.scalars(select(AuditEntry)).all()) == 1
