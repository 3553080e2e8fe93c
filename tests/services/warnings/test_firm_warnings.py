"""Broken connections are told of once, to the right person, in one letter; a deputy if nothing is done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import Pass
from tests.support.broken import connect, need_renewal, recover
from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail_server import MailServer, html_of, send_due, text_of
from wizard.jobs.worker import work
from wizard.models import (
    Company,
    Connection,
    ConnectionWarning,
    Event,
    EventKind,
    Firm,
    KeyPurpose,
    Letter,
    LetterStatus,
    Outage,
    OutageKind,
    User,
    now,
)
from wizard.services.concurrency.locks import takes_turn
from wizard.services.concurrency.queue import enqueue
from wizard.services.invitations import lifecycle
from wizard.services.warnings import firm_warnings

MINUTE = timedelta(minutes=1)


def test_the_one_who_asked_is_told_once_with_one_press_to_renew(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    for minute in range(0, 60, 5):
        passes(minute * MINUTE)
    passes(timedelta(hours=30))
    (letter,) = mail_server.letters
    assert mail_server.to(cast.owner.email) == [letter]
    company = session.get_one(Company, connection.company_id)
    page = f"http://localhost/foretag/{company.public_id}/ladda-upp-data"
    for words in (text_of(letter), html_of(letter)):
        for said in (company.name, page, "bytt lösenord", "/hjalp/"):
            assert said in words
    assert letter["Subject"] == "Kopplingen till Bolag 000 AB behöver förnyas"
    check_letter(letter, "sv")
    session.rollback()
    told = session.scalars(select(Event).where(Event.kind == EventKind.WARNED)).all()
    assert [(event.connection_id, event.note) for event in told] == [(connection.id, "Olga Ek")]


def test_what_breaks_together_goes_in_one_letter_to_each_person(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    hers = [connect(session, cast.firm, cast.owner, number) for number in range(40)]
    theirs = [connect(session, cast.firm, cast.colleague, number) for number in range(40, 42)]
    need_renewal(session, *hers, *theirs)
    passes(9 * MINUTE)
    assert mail_server.letters == []
    passes(11 * MINUTE)
    (letter,) = mail_server.to(cast.owner.email)
    (other,) = mail_server.to(cast.colleague.email)
    assert letter["Subject"] == "40 kopplingar fungerar inte"
    assert other["Subject"] == "2 kopplingar fungerar inte"
    assert text_of(letter).count("bytt lösenord") == 1
    assert text_of(letter).count("/ladda-upp-data") == 20
    assert "20 företag till" in text_of(letter)
    assert "http://localhost/foretag?status=renewal_needed" in text_of(letter)
    check_letter(letter, "sv")


def test_a_mass_event_over_an_hour_is_not_a_letter_each_ten_minutes(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    start = now()
    for number in range(36):
        with time_machine.travel(start + number * 5 * MINUTE, tick=True):
            if number < 12:
                need_renewal(session, connect(session, cast.firm, cast.owner, number))
        passes(number * 5 * MINUTE)
    told = select(func.count(ConnectionWarning.id))
    assert session.scalar(told) == 12
    assert len(mail_server.letters) == 2


def test_what_recovers_before_the_letter_goes_is_left_out(
    app: Flask, session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    one, other = (connect(session, cast.firm, cast.owner, number) for number in range(2))
    need_renewal(session, one, other)
    with time_machine.travel(now() + 11 * MINUTE, tick=True):
        firm_warnings.tell(session)
        recover(session, one)
        send_due(app)
    (letter,) = mail_server.letters
    assert "Bolag 001 AB" in letter["Subject"]
    assert "Bolag 000 AB" not in text_of(letter)


def test_nothing_goes_when_all_has_recovered(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    with time_machine.travel(now() + 11 * MINUTE, tick=True):
        firm_warnings.tell(session)
        recover(session, connection)
        send_due(app)
    assert mail_server.letters == []
    session.rollback()
    assert session.scalars(select(Letter.status)).all() == [LetterStatus.CANCELLED]


def test_the_person_whom_the_firm_has_named_is_told_of_what_nobody_is_responsible_for(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    firm.warned_name, firm.warned_email = "Vera Vakt", "vera@example.com"
    connections = [
        connect(session, firm, user, number)
        for number, user in enumerate((cast.owner, cast.colleague, None))
    ]
    need_renewal(session, *connections)
    passes(11 * MINUTE)
    (letter,) = mail_server.to("vera@example.com")
    assert text_of(letter).count("/ladda-upp-data") == 1
    assert len(mail_server.to(cast.owner.email)) == len(mail_server.to(cast.colleague.email)) == 1
    assert letter["To"].addresses[0].display_name == "Vera Vakt"


def test_whose_sender_has_left_or_never_was_is_told_to_the_firms_contact(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    session.get_one(User, cast.owner.id).active = False
    connections = [
        connect(session, cast.firm, user, number) for number, user in enumerate((cast.owner, None))
    ]
    need_renewal(session, *connections)
    passes(11 * MINUTE)
    assert len(mail_server.to("britta@example.com")) == 1
    assert len(mail_server.letters) == 1


def test_each_firm_is_told_of_its_own_alone(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    need_renewal(
        session,
        connect(session, cast.firm, None, 1),
        connect(session, cast.other_firm, None, 2),
    )
    passes(11 * MINUTE)
    first, second = (text_of(letter) for letter in mail_server.to("britta@example.com"))
    assert ("Bolag 001" in first) is not ("Bolag 001" in second)
    assert ("Bolag 002" in first) is not ("Bolag 002" in second)


def test_the_deputy_is_told_once_when_nothing_was_done_for_three_days(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    firm.deputy_name, firm.deputy_email = "Sten Stand", "sten@example.com"
    need_renewal(session, *(connect(session, firm, cast.owner, number) for number in range(2)))
    for day in range(20):
        passes(timedelta(days=day, minutes=11))
        assert len(mail_server.to("sten@example.com")) == (day > 3)
    (letter,) = mail_server.to("sten@example.com")
    assert "Olga Ek" in text_of(letter)
    assert letter["Subject"] == "2 kopplingar fungerar fortfarande inte"
    check_letter(letter, "sv")
    assert len(mail_server.to(cast.owner.email)) == 1


def test_the_deputy_is_left_alone_when_it_is_being_renewed(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    passes(11 * MINUTE)
    company = session.get_one(Company, connection.company_id)
    lifecycle.activate(session, company, "visma", cast.owner, KeyPurpose.COPIED)
    passes(timedelta(days=5))
    assert len(mail_server.letters) == 1
    passes(timedelta(days=15))  # the link has expired, and nobody has renewed
    assert len(mail_server.to("britta@example.com")) == 1


def test_a_warning_that_bounces_goes_to_the_deputy_at_once(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    firm.warned_name, firm.warned_email = "Ingen Här", "ingen@example.com"
    need_renewal(session, connect(session, firm, None))
    passes(11 * MINUTE)
    passes(12 * MINUTE)
    passes(13 * MINUTE)
    (letter,) = mail_server.letters
    assert mail_server.to("britta@example.com") == [letter]
    assert "kom inte fram" in text_of(letter)
    assert letter["Subject"] == "Kopplingen till Bolag 000 AB behöver förnyas"


def test_a_deputy_who_is_the_same_person_is_not_told_twice(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    need_renewal(session, connect(session, cast.firm, None))
    for day in range(9):
        passes(timedelta(days=day, minutes=11))
    assert len(mail_server.letters) == 1


def test_a_sole_traders_number_is_masked(
    session: Session, cast: Cast, passes: Pass, mail_server: MailServer
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    session.get_one(Company, connection.company_id).organisation_number = "8001011231"
    need_renewal(session, connection)
    passes(11 * MINUTE)
    (letter,) = mail_server.letters
    for words in (text_of(letter), html_of(letter)):
        assert "19800101-****" in words
        assert "1231" not in words


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


def test_killed_midway_nothing_is_told_and_later_all_once(
    app: Flask,
    session: Session,
    cast: Cast,
    passes: Pass,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need_renewal(session, *(connect(session, cast.firm, cast.owner, n) for n in range(3)))

    def killed(_session: Session) -> int:
        raise KilledError

    with (
        monkeypatch.context() as patch,
        time_machine.travel(now() + 11 * MINUTE, tick=True),
        app.extensions["sessions"]() as other,
    ):
        patch.setattr(firm_warnings, "_tell_deputies", killed)
        with pytest.raises(KilledError):
            firm_warnings.tell(other)
    assert session.scalar(select(func.count(Letter.id))) == 0
    passes(12 * MINUTE)
    passes(13 * MINUTE)
    (letter,) = mail_server.letters
    assert letter["Subject"] == "3 kopplingar fungerar inte"


def test_two_processes_at_once_tell_it_once(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    need_renewal(session, connect(session, cast.firm, cast.owner))
    with (
        time_machine.travel(now() + 11 * MINUTE, tick=True),
        app.extensions["sessions"]() as other,
    ):
        assert takes_turn(other, "warnings")
        assert firm_warnings.tell(session) == 0
        other.rollback()
        assert firm_warnings.tell(session) == 1
        assert firm_warnings.tell(other) == 0


def test_a_connection_that_a_check_holds_is_reported_without_waiting_for_it(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    held, free = (connect(session, cast.firm, cast.owner, number) for number in range(2))
    need_renewal(session, held, free)
    marked = select(Connection.id).where(Connection.untold)
    with (
        time_machine.travel(now() + 11 * MINUTE, tick=True),
        app.extensions["sessions"]() as check,
    ):
        locked = select(Connection).where(Connection.id == held.id)
        check.scalars(locked.with_for_update(key_share=True)).one()
        assert firm_warnings.tell(session) == 1
        assert session.scalars(marked).all() == [held.id]
        check.rollback()
        assert firm_warnings.tell(session) == 0


def test_the_background_tells_and_without_a_mail_server_waits_for_one(
    app: Flask,
    make_app: Callable[..., Flask],
    session: Session,
    cast: Cast,
    mail_server: MailServer,
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    with time_machine.travel(now() - 20 * MINUTE, tick=True):
        need_renewal(session, connection)
    run(make_app())
    assert session.scalar(select(func.count(ConnectionWarning.id))) == 0
    run(app)
    assert len(mail_server.to(cast.owner.email)) == 1


def run(app: Flask) -> None:
    """The job, and then whatever it put in the queue."""
    with app.extensions["sessions"].begin() as session:
        enqueue(session, "send_warnings", timestamp=0)
    for _ in range(2):
        work(app, wait=False)


def test_what_broke_before_many_were_refused_at_once_is_told_when_that_is_over(
    session: Session, connections: list[Connection], passes: Pass, mail_server: MailServer
) -> None:
    need_renewal(session, connections[0])
    refused = Outage(provider="visma", kind=OutageKind.REFUSED, began_at=now(), affected=9)
    session.add(refused)
    session.commit()
    passes(11 * MINUTE)
    assert mail_server.letters == []
    refused.ended_at = now()
    session.commit()
    passes(12 * MINUTE)
    assert len(mail_server.letters) == 1
