"""The daily summary: once a day to each who wants it, of what is hers, and not on an empty day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail import Send
from tests.support.mail_server import MailServer, text_of
from wizard.models import Company, Letter, LetterKind, LetterStatus, Outage, OutageKind, User, now
from wizard.models.api import STOCKHOLM
from wizard.services.letters import daily_summary

HOUR = 7


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Past the hour on any day, and hours before midnight."""
    at = datetime.now(STOCKHOLM).replace(hour=12, minute=0, second=0)
    with time_machine.travel(at, tick=True):
        yield


@pytest.fixture
def wanting(session: Session, cast: Cast) -> Cast:
    """Everybody wants a summary."""
    session.execute(update(User).values(daily_summary=True))
    session.commit()
    return cast


def _letters(session: Session) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == LetterKind.DAILY_SUMMARY)))


def _kill(_session: Session) -> None:
    raise InterruptedError


def _post(session: Session) -> None:
    while daily_summary.post_due(session, HOUR):
        pass


def test_nobody_gets_one_who_has_not_asked(session: Session, cast: Cast) -> None:
    assert daily_summary.post_due(session, HOUR) == 0


def test_everybody_gets_one_a_day_from_its_hour_on(session: Session, wanting: Cast) -> None:
    midnight = now().astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
    with time_machine.travel(midnight + timedelta(hours=HOUR, seconds=-1)):
        assert daily_summary.post_due(session, HOUR) == 0
    for day in (0, 1):
        with time_machine.travel(midnight + timedelta(days=day, hours=HOUR, seconds=1)):
            for _ in range(2):
                _post(session)
            posted = [letter.recipient for letter in _letters(session)]
            assert posted.count(wanting.owner.email) == day + 1
            assert posted.count(wanting.admin.email) == day + 1


def test_ten_workers_send_one(app: Flask, session: Session, wanting: Cast) -> None:
    everybody = session.scalar(select(func.count(User.id)))

    def work(_number: int) -> None:
        with app.extensions["sessions"]() as own:
            daily_summary.post_due(own, HOUR)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    _post(session)
    assert len(_letters(session)) == everybody


def test_who_is_killed_before_it_is_written_leaves_it_to_the_next(
    app: Flask, session: Session, wanting: Cast
) -> None:
    with app.extensions["sessions"]() as killed:
        event.listen(killed, "before_commit", _kill)
        with pytest.raises(InterruptedError):
            daily_summary.post_due(killed, HOUR)
    assert _letters(session) == []
    _post(session)
    assert len(_letters(session)) == session.scalar(select(func.count(User.id)))


def test_a_day_without_anything_to_do_is_left_out(session: Session, wanting: Cast) -> None:
    session.execute(delete(Company))
    session.commit()
    _post(session)
    assert _letters(session) == []
    assert session.scalar(select(func.count(User.id)).where(User.summed_up_on.is_(None))) == 0


def test_who_has_left_or_wants_it_no_more_gets_none(session: Session, wanting: Cast) -> None:
    owner = session.get_one(User, wanting.owner.id)
    owner.active = False
    session.commit()
    _post(session)
    assert wanting.owner.email not in {letter.recipient for letter in _letters(session)}
    admin = session.get_one(User, wanting.admin.id)
    (letter,) = [one for one in _letters(session) if one.recipient == admin.email]
    assert daily_summary.is_wanted(session, letter)
    with time_machine.travel(now() + timedelta(hours=13)):
        assert not daily_summary.is_wanted(session, letter)
    for name in ("active", "daily_summary"):
        setattr(admin, name, False)
        session.flush()
        assert not daily_summary.is_wanted(session, letter)
        setattr(admin, name, True)


def test_its_first_line_is_the_verdict_and_its_rows_lead_to_the_lists(
    session: Session, wanting: Cast, send: Send, mail_server: MailServer
) -> None:
    made = [broken.connect(session, wanting.firm, wanting.owner, number) for number in range(3)]
    broken.disturb(session, *made[:2], cause="our_configuration")
    session.execute(update(User).where(User.id == wanting.admin.id).values(language="en"))
    session.commit()
    _post(session)
    send()
    (admins,) = mail_server.to(wanting.admin.email)
    (owners,) = mail_server.to(wanting.owner.email)
    (strangers,) = mail_server.to(wanting.stranger.email)
    check_letter(admins, "en")
    check_letter(owners, "sv")
    for letter, said in (
        (admins, "A fault of ours stops 2 companies. One of us has to mend it."),
        (owners, "Ett fel hos oss hindrar 2 företag. Vi rättar det."),
        (strangers, "1 företag väntar på er."),
    ):
        assert letter["Subject"] == said
        assert text_of(letter).splitlines()[0] == said
        for whose in ("we", "firm", "approver", "provider"):
            assert f"http://localhost/foretag?move={whose}" in text_of(letter)
        assert "http://localhost/konto" in text_of(letter)
    assert "Vi som driver tjänsten: 2 företag, det äldsta sedan" in text_of(owners)
    assert "Ni: 1 företag" in text_of(strangers)
    assert {letter.status for letter in _letters(session)} == {LetterStatus.SENT}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OutageKind.SILENT, ("Visma svarar inte sedan", "95 kopplingar. Vi försöker själva.")),
        (OutageKind.REFUSED, ("Visma nekar 95 kopplingar på en gång sedan", "och tror på det")),
    ],
)
def test_an_outage_is_said_to_who_has_to_know(
    session: Session,
    wanting: Cast,
    send: Send,
    mail_server: MailServer,
    kind: OutageKind,
    said: tuple[str, str],
) -> None:
    session.add(Outage(provider="visma", kind=kind, began_at=now(), affected=95))
    broken.disturb(session, broken.connect(session, wanting.firm, wanting.owner))
    _post(session)
    send()
    (admins,) = mail_server.to(wanting.admin.email)
    assert all(part in str(admins["Subject"]) for part in said)
    (owners,) = mail_server.to(wanting.owner.email)
    hers = "Visma svarar inte sedan" if kind is OutageKind.SILENT else "1 företag väntar på er."
    assert hers in str(owners["Subject"])
    (strangers,) = mail_server.to(wanting.stranger.email)
    assert strangers["Subject"] == "1 företag väntar på er."
