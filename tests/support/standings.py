"""Standings as they are kept, against a count of everything from the beginning."""

from collections import Counter
from contextlib import suppress

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from wizard.models import ALL_FIRMS, Company, Standing, StandingMark, now
from wizard.services.desk import counts, keeping
from wizard.services.desk.facts import gather


def marks(session: Session) -> int:
    """How many marks nobody has taken: each is of a write that went past the sessions."""
    return session.scalar(select(func.count(StandingMark.id))) or 0


def no_write_was_forgotten(app: Flask) -> None:
    """After each test: whatever it did, the sessions sorted what they had marked.

    Of a database that a test took away nothing is known. A test that writes past the sessions sorts what it marked.
    """
    with suppress(SQLAlchemyError), Session(app.extensions["engine"]) as session:
        left = marks(session)
        assert left == 0, f"{left} companies were written to and not sorted"


def differences(session: Session) -> list[str]:
    """What is kept and would be said otherwise of the same rows now; the counts too."""
    keeping.sort_due(session)
    ids = session.scalars(select(Company.id)).all()
    said = {
        company_id: keeping.standing_of(gathered)
        for company_id, gathered in gather(session, ids, now()).items()
    }
    kept = session.scalars(select(Standing).execution_options(populate_existing=True)).all()
    assert sorted(standing.company_id for standing in kept) == sorted(ids)
    found = [
        f"{standing.company_id}: {name} is {getattr(standing, name)!r}, not {value!r}"
        for standing in kept
        for name, value in said[standing.company_id].items()
        if getattr(standing, name) != value
    ]
    for firm_id in {ALL_FIRMS, *(standing.firm_id for standing in kept)}:
        mine = [one for one in kept if firm_id in {ALL_FIRMS, one.firm_id}]
        whole = Counter((one.whose, one.reason) for one in mine)
        summed = {
            (one.whose, one.reason): one.number
            for one in counts.counts(session, firm_id)
            if one.number
        }
        if summed != whole:
            found.append(f"counts of {firm_id}: {summed} and not {dict(whole)}")
    return found
