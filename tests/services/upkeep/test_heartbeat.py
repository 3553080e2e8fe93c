"""Whether somebody does the background work is told by the workers' own heartbeats."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.grants import give_sealed
from tests.support.transactions import Statements
from wizard.models import (
    KeyPurpose,
    LetterKind,
    Pace,
    WebhookMessage,
    WebhookReceiver,
    WebhookType,
    now,
)
from wizard.services import outbox
from wizard.services.grants.state import REFRESH_AHEAD
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee
from wizard.services.throttling.pacing import AWAY_AFTER
from wizard.services.upkeep import heartbeat


def beat(session: Session, seconds_ago: int) -> None:
    """A worker that answered so long ago."""
    session.execute(
        text(
            "insert into procrastinate.procrastinate_workers (last_heartbeat)"
            " values (clock_timestamp() - make_interval(secs => :seconds))"
        ),
        {"seconds": seconds_ago},
    )
    session.commit()


def test_without_a_worker_there_is_no_pulse(app: Flask, session: Session) -> None:
    pulse = heartbeat.pulse(session)
    assert not pulse.is_alive
    assert pulse.answered_at is None
    assert pulse.workers == 0
    result = app.test_cli_runner().invoke(args=["jobs", "status"])
    assert result.exit_code == 1
    assert "Ingen bakgrundstjänst är igång" in result.output


def test_the_newest_answer_counts_and_silent_workers_do_not(app: Flask, session: Session) -> None:
    for seconds in (5, 20, 90):
        beat(session, seconds)
    with Statements(app.extensions["engine"]) as sent:
        pulse = heartbeat.pulse(session)
    assert len(sent) == 1
    assert pulse.is_alive
    assert pulse.workers == 2
    assert 5 <= pulse.seconds < 20
    result = app.test_cli_runner().invoke(args=["jobs", "status"])
    assert result.exit_code == 0
    assert "Maskiner som arbetar: 2" in result.output


def test_a_minute_of_silence_is_no_pulse(session: Session) -> None:
    beat(session, 61)
    pulse = heartbeat.pulse(session)
    assert not pulse.is_alive
    assert pulse.seconds >= 61


def test_a_webhook_waits_unless_its_receiver_is_paused_or_rests(
    session: Session, cast: Cast
) -> None:
    receiver = WebhookReceiver(firm_id=cast.firm.id, url="https://x", description="", types=[])
    session.add(receiver)
    session.flush()
    old = now() - timedelta(hours=1)
    for sequence in (1, 2):
        session.add(
            WebhookMessage(
                receiver_id=receiver.id,
                type=WebhookType.CONNECTION_ACTIVE,
                data={},
                sequence=sequence,
                due_at=old,
            )
        )
    session.commit()
    assert heartbeat.pulse(session).late.keys() == {"webhook"}
    receiver.rests_until = now() + timedelta(hours=1)
    session.commit()
    assert heartbeat.pulse(session).waiting == {}
    receiver.rests_until, receiver.paused_at = None, now()
    session.commit()
    assert heartbeat.pulse(session).waiting == {}


@pytest.mark.parametrize(("tried", "late"), [(1, False), (20, True)])
def test_what_is_held_back_while_a_provider_is_away_is_not_late_if_it_is_tried(
    session: Session, cast: Cast, tried: int, late: bool
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    due = now() - timedelta(hours=5)
    connection = make_connection(session, link, next_check_at=due)
    give_sealed(session, connection, next_refresh_at=due)
    at = now() - timedelta(minutes=tried)
    session.add(Pace(provider="visma", work="check", next_slot_at=at, failures=AWAY_AFTER))
    session.commit()
    assert set(heartbeat.pulse(session).late) == ({"check", "refresh"} if late else {"refresh"})


@pytest.mark.parametrize(("minutes", "late"), [(1, False), (20, True)])
def test_the_oldest_of_each_sort_that_is_due_is_told(
    app: Flask, session: Session, cast: Cast, minutes: int, late: bool
) -> None:
    due = now() - timedelta(minutes=minutes)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    give_sealed(session, make_connection(session, link, next_check_at=due))
    outbox.post(session, LetterKind.DONE, link.invitation, Addressee("a@example.com", "sv"))
    session.commit()
    beat(session, 0)
    pulse = heartbeat.pulse(session)
    assert set(pulse.waiting) == {"check", "letter"}
    assert pulse.waiting["check"] >= timedelta(minutes=minutes)
    assert set(pulse.late) == ({"check"} if late else set())
    result = app.test_cli_runner().invoke(args=["jobs", "status"])
    assert result.exit_code == (1 if late else 0)
    assert "kontroll av en koppling" in result.output


def test_a_refresh_is_late_while_there_is_time_before_access_ends(
    session: Session, cast: Cast
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    due = now() - timedelta(minutes=6)
    connection = make_connection(session, link, next_check_at=due)
    give_sealed(session, connection, next_refresh_at=due)
    session.commit()
    assert set(heartbeat.pulse(session).late) == {"refresh"}
    assert heartbeat.LATE_REFRESH < REFRESH_AHEAD
