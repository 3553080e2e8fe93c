"""What only those who run the service can mend is told to them, and to their deputy if they are away."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import US, Watch
from tests.support.broken import connect, disturb, recover
from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, text_of
from wizard.jobs.worker import work
from wizard.models import Connection, Outage, now
from wizard.services.concurrency.queue import enqueue
from wizard.services.warnings.operator_alerts import Operator

MINUTE = timedelta(minutes=1)


def test_a_letter_to_us_that_bounces_goes_to_our_deputy(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections)
    away = Operator("ingen@example.com", US.deputy)
    for minute in (11, 12, 13, 14):
        watch(minute * MINUTE, away)
    assert len(mail_server.to(US.deputy)) == 1
    assert len(mail_server.letters) == 1


def test_a_fault_of_ours_is_told_once_a_day_with_the_providers_answer(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    connections[0].provider_code, connections[0].provider_error_id = "4034", "0f1e2d3c"
    disturb(session, connections[0], cause="our_configuration")
    for hour in range(30):
        watch(timedelta(hours=hour))
    assert len(mail_server.to(US.email)) == len(mail_server.letters) == 2
    letter = mail_server.letters[0]
    check_letter(letter, "sv")
    for said in ("4034", "0f1e2d3c", "Kopplingar som inte går att läsa: 1"):
        assert said in text_of(letter)
    recover(session, connections[0])
    watch(timedelta(days=5))
    assert len(mail_server.letters) == 2


def test_a_fault_that_spreads_is_told_again_at_once(
    session: Session, cast: Cast, watch: Watch, mail_server: MailServer
) -> None:
    many = [connect(session, cast.firm, cast.owner, number) for number in range(100, 125)]
    disturb(session, *many[:5], cause="our_configuration")
    watch(timedelta(0))
    with time_machine.travel(now() + timedelta(minutes=30), tick=True):
        disturb(session, *many[5:], cause="our_configuration")
    watch(timedelta(minutes=31))
    assert len(mail_server.letters) == 1
    watch(timedelta(minutes=61))
    assert len(mail_server.letters) == 2
    assert "Kopplingar som inte går att läsa: 25" in text_of(mail_server.letters[1])
    assert "/admin/kopplingar?status=our_fault" in text_of(mail_server.letters[1])
    watch(timedelta(hours=5))
    assert len(mail_server.letters) == 2


def test_without_anybody_named_nothing_is_written_and_all_is_noted(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections)
    watch(11 * MINUTE, Operator())
    assert mail_server.letters == []
    assert [outage.affected for outage in session.scalars(select(Outage))] == [5]


def test_the_background_watches_and_writes_to_whom_the_settings_name(
    make_app: Callable[..., Flask],
    session: Session,
    connections: list[Connection],
    mail_server: MailServer,
) -> None:
    named = make_app(**mail_server.settings, operator_email="Drift@example.com")
    with time_machine.travel(now() - 20 * MINUTE, tick=True):
        disturb(session, *connections)
    connections[0].cause = "our_configuration"
    session.commit()
    for job in ("watch_outages", "watch_faults"):
        enqueue(session, job, timestamp=0)
    session.commit()
    for _ in range(2):
        work(named, wait=False)
    assert len(mail_server.to("drift@example.com")) == 2
