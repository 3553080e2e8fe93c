"""Everything a session holds is written by one statement, and it then knows the rows as after a flush."""

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard.models import Actor, Company, Event, EventKind, Firm, Grant, GrantState
from wizard.services.concurrency.one_statement import flush_as_one, next_id


@pytest.fixture
def old(session: Session) -> Grant:
    """A row that is there."""
    grant = Grant(provider="visma", holder="old@example.se")
    session.add(grant)
    session.commit()
    return grant


def test_rows_that_refer_to_each_other_are_written_at_once(
    session: Session, cast: Cast, old: Grant
) -> None:
    company_id = session.scalars(select(next_id(Company))).one()
    company = Company(
        id=company_id, firm_id=cast.firm.id, name="Ny AB", organisation_number="5599009999"
    )
    lines = [
        Event(kind=kind, actor=Actor.SYSTEM, company_id=company_id, note=kind.value)
        for kind in (EventKind.CONNECTED, EventKind.RENEWED)
    ]
    kept = Grant(provider="visma")
    session.add(kept)
    session.flush()
    kept.holder = "kept@example.se"
    session.add_all([*lines, company])
    session.delete(old)
    with Statements(session.get_bind()) as sent:  # type: ignore[arg-type]
        flush_as_one(session)
    assert len(sent) == 1
    assert not session.is_modified(kept)
    assert [*session.new, *session.deleted] == []
    assert company in session
    assert len({line.id for line in lines}) == 2
    lines[0].note = "changed after it was written"
    session.commit()
    session.expire_all()
    assert session.get_one(Company, company_id).firm.name == cast.firm.name
    assert company.created_at is not None
    assert len(company.public_id) == 16
    notes = session.scalars(select(Event.note).where(Event.company_id == company_id))
    assert set(notes) == {"changed after it was written", EventKind.RENEWED.value}
    assert kept.holder == "kept@example.se"
    assert kept.state is GrantState.WAITING
    assert [grant.id for grant in session.scalars(select(Grant))] == [kept.id]
    assert inspect(old).transient


def test_with_nothing_to_write_nothing_is_sent(session: Session, cast: Cast) -> None:
    cast.firm.name = cast.firm.name  # no change
    with Statements(session.get_bind()) as sent:  # type: ignore[arg-type]
        flush_as_one(session)
    assert sent == []


def test_what_the_database_refuses_is_refused_whole(session: Session, cast: Cast) -> None:
    session.add(
        Firm(name="Hel Byrå AB", contact_name="A", contact_email="a@b.se", contact_phone="")
    )
    session.add(
        Event(kind=EventKind.CONNECTED, actor=Actor.SYSTEM, company_id=cast.company.id + 10**6)
    )
    with pytest.raises(IntegrityError):
        flush_as_one(session)
    session.rollback()
    assert session.scalars(select(Firm.id).where(Firm.name == "Hel Byrå AB")).all() == []


def test_listeners_are_told_as_of_a_flush(session: Session, cast: Cast, old: Grant) -> None:
    session.add(Event(kind=EventKind.RENEWED, actor=Actor.SYSTEM, company_id=cast.company.id))
    old.holder = None
    flush_as_one(session)
    assert "wrote what decides standings" in session.info
    session.commit()
    assert old.holder is None
