"""One outage is one alert, and what only we can mend is told once a day; the firms hear nothing of it."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import US, Watch
from tests.support.broken import check_again, connect, disturb, need_renewal, recover
from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, send_due, text_of
from wizard.models import Connection, Outage, Pace, now
from wizard.services.concurrency.locks import takes_turn
from wizard.services.throttling.pacing import AWAY_AFTER
from wizard.services.warnings import firm_warnings, outages

MINUTE = timedelta(minutes=1)


def subjects(letters: Iterable[object]) -> list[str]:
    return [str(letter["Subject"]) for letter in letters]  # type: ignore[index]


def test_an_outage_is_one_letter_to_us_and_one_when_it_is_over(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections)
    watch(9 * MINUTE)
    assert mail_server.letters == []
    for minute in range(11, 71, 10):
        watch(minute * MINUTE)
    assert subjects(mail_server.letters) == ["Avbrott hos Visma: 5 kopplingar"]
    recover(session, *connections)
    watch(80 * MINUTE)
    watch(90 * MINUTE)
    assert subjects(mail_server.letters)[1:] == ["Avbrottet hos Visma är över"]
    assert len(mail_server.to(US.email)) == 2
    for letter in mail_server.letters:
        check_letter(letter, "sv")
        assert "http://localhost/admin/kopplingar" in text_of(letter)


@pytest.mark.parametrize(
    ("renewed", "unread", "said"),
    [
        (0, 0, "Ingen behöver göra något"),
        (2, 0, "- Behöver förnyas: 2. Byrån får veta det med mejl"),
        (1, 1, "- Går inte att läsa än: 1. Vi försöker igen"),
    ],
)
def test_what_an_outage_leaves_behind_is_said_when_it_is_over(
    session: Session,
    connections: list[Connection],
    watch: Watch,
    mail_server: MailServer,
    renewed: int,
    unread: int,
    said: str,
) -> None:
    disturb(session, *connections)
    watch(11 * MINUTE)
    need_renewal(session, *connections[:renewed])
    recover(session, *connections[renewed + unread :])
    watch(20 * MINUTE)
    over = text_of(mail_server.to(US.email)[-1])
    assert said in over
    assert ("Ingen behöver göra något" in over) == (renewed + unread == 0)


def test_what_a_fault_of_ours_still_breaks_is_said_when_an_outage_is_over(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections)
    watch(11 * MINUTE)
    recover(session, *connections[2:])
    disturb(session, *connections[:2], cause="our_configuration")
    watch(20 * MINUTE)
    (over,) = [text for text in map(text_of, mail_server.to(US.email)) if "var över" in text]
    assert "- Går inte att läsa för ett fel hos oss: 2." in over
    assert "/admin/kopplingar?status=our_fault" in over
    assert "Ingen behöver göra något" not in over


def test_a_day_of_outage_is_told_to_our_deputy_and_to_no_firm(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections)
    for hour in range(30):
        watch(timedelta(hours=hour, minutes=11))
    recover(session, *connections)
    watch(timedelta(hours=31))
    for address in (US.email, US.deputy):
        assert len(mail_server.to(address)) == 2
    assert len(mail_server.letters) == 4


def test_a_few_companies_out_of_reach_are_no_outage(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    disturb(session, *connections[:2])
    watch(60 * MINUTE)
    assert session.scalars(select(Outage)).all() == []


def test_a_small_share_of_many_is_no_outage(
    session: Session,
    cast: Cast,
    connections: list[Connection],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outages, "SHARE", 2)
    disturb(session, *connections[:3])
    watch(60 * MINUTE)
    assert len(session.scalars(select(Outage)).all()) == 1
    recover(session, *connections)
    watch(61 * MINUTE)
    monkeypatch.setattr(outages, "SHARE", 3)
    for number in range(5, 10):
        connect(session, cast.firm, None, number)
    disturb(session, *connections[:3])
    watch(120 * MINUTE)
    assert [outage.ended_at is None for outage in session.scalars(select(Outage))] == [False]


def test_an_outage_over_before_the_letter_went_is_not_told(
    app: Flask,
    session: Session,
    connections: list[Connection],
    watch: Watch,
    mail_server: MailServer,
) -> None:
    disturb(session, *connections)
    with time_machine.travel(now() + 11 * MINUTE, tick=True):
        check_again(session)
        outages.watch(session, ["visma"], US)
        recover(session, *connections)
        outages.watch(session, ["visma"], US)
        send_due(app)
    watch(20 * MINUTE)
    assert mail_server.letters == []


def test_an_outage_that_comes_again_is_told_again(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    start = now()
    for hour in (0, 3):
        with time_machine.travel(start + timedelta(hours=hour), tick=True):
            disturb(session, *connections)
        watch(timedelta(hours=hour, minutes=11))
        recover(session, *connections)
        watch(timedelta(hours=hour, minutes=30))
    assert len(mail_server.to(US.email)) == 4


def test_a_provider_that_comes_and_goes_is_told_once_an_hour(
    session: Session, connections: list[Connection], watch: Watch, mail_server: MailServer
) -> None:
    start = now()
    for minute in (0, 20, 40):
        with time_machine.travel(start + timedelta(minutes=minute), tick=True):
            disturb(session, *connections)
        watch(timedelta(minutes=minute + 11))
        recover(session, *connections)
        watch(timedelta(minutes=minute + 15))
    assert len(mail_server.to(US.email)) == 2
    with time_machine.travel(start + timedelta(minutes=60), tick=True):
        disturb(session, *connections)
    watch(timedelta(minutes=71))
    watch(timedelta(minutes=80))
    assert len(mail_server.to(US.email)) == 3


def test_what_nobody_has_looked_at_since_proves_no_outage(
    app: Flask, session: Session, connections: list[Connection], mail_server: MailServer
) -> None:
    disturb(session, *connections)
    for after in (timedelta(minutes=30), timedelta(days=2)):  # the background was away meanwhile
        with time_machine.travel(now() + after, tick=True):
            outages.watch(session, ["visma"], US)
            firm_warnings.tell(session)
            send_due(app)
    assert session.scalars(select(Outage)).all() == []
    assert mail_server.letters == []


def test_two_processes_at_once_note_one_outage(
    app: Flask, session: Session, connections: list[Connection]
) -> None:
    disturb(session, *connections)
    with (
        time_machine.travel(now() + 11 * MINUTE, tick=True),
        app.extensions["sessions"]() as other,
    ):
        check_again(session)
        assert takes_turn(other, "outages")
        outages.watch(session, ["visma"], US)
        assert session.scalars(select(Outage)).all() == []
        other.rollback()
        outages.watch(session, ["visma"], US)
        outages.watch(other, ["visma"], US)
        assert len(other.scalars(select(Outage)).all()) == 1


def test_an_outage_of_which_few_are_tried_is_told_and_not_over_until_it_answers(
    session: Session,
    cast: Cast,
    connections: list[Connection],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outages, "SHARE", 1)
    monkeypatch.setattr(outages, "OVER_SHARE", 1)
    for number in range(5, 10):
        connect(session, cast.firm, None, number)
    disturb(session, *connections[:3])
    watch(11 * MINUTE)
    assert session.scalars(select(Outage)).all() == []
    pace = Pace(provider="visma", work="check", next_slot_at=now(), failures=AWAY_AFTER)
    pace.failing_since = now()
    session.add(pace)
    session.commit()
    watch(12 * MINUTE)
    watch(30 * MINUTE)
    assert [outage.ended_at for outage in session.scalars(select(Outage))] == [None]
    pace.failures, pace.failing_since = 0, None
    session.commit()
    watch(31 * MINUTE)
    assert all(outage.ended_at for outage in session.scalars(select(Outage)))
