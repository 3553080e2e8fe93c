"""When one grant of a person ends, her others are looked at, and what ended together is told so."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.broken import become
from tests.support.grants import grant_of
from tests.support.minting import connect
from tests.support.standin import StandIn
from wizard.models import Actor, Connection, ConnectionStatus, now
from wizard.services.connection_status import end
from wizard.services.grants.siblings import TOGETHER, check_soon, ended_together

VERA, ELSA = "Vera Välja", "Elsa Ensam"
LATER = timedelta(hours=1)


@pytest.fixture
def connections(visma_app: Flask, visma: StandIn, database: Session) -> list[Connection]:
    """Three of Vera's and one of Elsa's, none of them due."""
    later = now() + LATER
    ids = [
        *connect(visma_app, visma, 3, person=VERA, next_check_at=later, next_refresh_at=later),
        *connect(visma_app, visma, person=ELSA, next_check_at=later, next_refresh_at=later),
    ]
    return [database.get_one(Connection, one) for one in ids]


def due(session: Session, connections: list[Connection]) -> list[bool]:
    """Which of them are to be refreshed and read now."""
    session.commit()
    session.expire_all()
    told = []
    for one in connections:
        moments = (one.next_check_at, grant_of(session, one).next_refresh_at)
        told.append(all(moment is not None and moment <= now() for moment in moments))
    return told


def test_all_that_she_has_given_is_looked_at_and_nobody_elses(
    database: Session, connections: list[Connection]
) -> None:
    check_soon(database, "visma", "VERA@example.com")
    assert due(database, connections) == [True, True, True, False]


def test_the_company_itself_is_looked_at_whoever_gave_it(
    database: Session, connections: list[Connection]
) -> None:
    check_soon(database, "visma", None, connections[3].company_id)
    assert due(database, connections) == [False, False, False, True]


def test_without_a_name_and_at_another_provider_nothing_is_looked_at(
    database: Session, connections: list[Connection]
) -> None:
    check_soon(database, "visma", None)
    check_soon(database, "another", "vera@example.com")
    assert due(database, connections) == [False] * 4


def test_what_has_ended_is_left_alone(database: Session, connections: list[Connection]) -> None:
    end(database, connections[0], actor=Actor.APPROVER)
    check_soon(database, "visma", "vera@example.com")
    assert due(database, connections) == [False, True, True, False]
    assert connections[0].next_check_at is None


def test_what_ended_within_two_hours_for_one_person_ended_together(
    database: Session, connections: list[Connection]
) -> None:
    needed, moment = ConnectionStatus.RENEWAL_NEEDED, now()
    for one, at in zip(
        connections, (moment, moment - LATER, moment - 2 * TOGETHER, moment), strict=True
    ):
        become(database, (one,), needed, "consent_ended", at)
    assert ended_together(database, connections[0].public_id) == 1
    assert ended_together(database, connections[3].public_id) == 0
    become(database, (connections[1],), needed, "approver_gone", moment)
    assert ended_together(database, connections[0].public_id) == 0
    assert ended_together(database, "finnsinte") == 0
