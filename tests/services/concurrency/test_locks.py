"""A row, a name or a turn is held by one at a time, and let go by whoever is killed."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Company, Firm, KeyPurpose, now
from wizard.services.concurrency import locks
from wizard.services.concurrency.locks import BusyError, alone, hold, hold_company, takes_turn
from wizard.services.invitations import lifecycle

SOON, LONG = 0.05, 20.0
IMPATIENT = text("set local lock_timeout = '100ms'")


def test_a_row_that_is_held_is_seen_as_it_is_now_and_waited_for(
    app: Flask, session: Session, cast: Cast
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    with app.extensions["sessions"]() as other:
        other.get_one(Firm, firm.id).contact_name = "Bo Ny"
        other.commit()
        assert firm.contact_name == "Britta Berg"
        hold(session, firm)
        assert firm.contact_name == "Bo Ny"
        other.execute(IMPATIENT)
        with pytest.raises(OperationalError):
            hold(other, other.get_one(Firm, firm.id))


def test_one_at_a_time_has_its_turn_at_a_company_while_others_write_about_it(
    app: Flask, session: Session, cast: Cast
) -> None:
    hold_company(session, cast.company.id)
    with app.extensions["sessions"]() as other:
        other.execute(IMPATIENT)
        with pytest.raises(OperationalError):
            hold_company(other, cast.company.id)
        other.rollback()
        hold_company(other, cast.other_company.id)
        other.rollback()
    session.rollback()
    link = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
    hold_company(session, cast.company.id)
    with app.extensions["sessions"]() as other:
        other.execute(IMPATIENT)
        lifecycle.show_link(other, other.merge(link.invitation), None)  # refers to the company


def test_a_name_is_held_by_one_and_then_by_the_next(app: Flask) -> None:
    sessions = app.extensions["sessions"]
    with alone(sessions, "a", SOON) as own:
        with pytest.raises(BusyError), alone(sessions, "a", SOON):
            pass
        with alone(sessions, "b", SOON), own() as session:
            assert session.scalar(select(func.count(Company.id))) == 0
    with alone(sessions, "a", SOON):
        pass


def test_a_name_is_let_go_by_an_error(app: Flask) -> None:
    sessions = app.extensions["sessions"]
    with pytest.raises(ZeroDivisionError), alone(sessions, "a", SOON):
        raise ZeroDivisionError
    with alone(sessions, "a", SOON):
        pass


def test_a_name_is_let_go_when_the_connection_that_holds_it_is_killed(app: Flask) -> None:
    sessions = app.extensions["sessions"]
    with alone(sessions, "a", SOON) as own:
        with own() as session:
            pid = session.scalar(select(func.pg_backend_pid()))
        with sessions() as other:
            other.execute(select(func.pg_terminate_backend(pid)))
        with alone(sessions, "a", LONG):
            pass


def test_a_turn_is_over_with_its_transaction(app: Flask, session: Session) -> None:
    assert takes_turn(session, "sweep")
    with app.extensions["sessions"]() as other:
        assert not takes_turn(other, "sweep")
        assert takes_turn(other, "another sweep")
        session.rollback()
        assert takes_turn(other, "sweep")


def test_the_shared_clock_is_the_databases_and_no_machines(session: Session) -> None:
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        assert now() - locks.shared_now(session) > timedelta(hours=23)
