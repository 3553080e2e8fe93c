"""Letters to one contact that go as one mail: once, whoever sends them and whatever is killed between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail import Send
from tests.support.mail_server import MailServer, html_of, secret_of, text_of
from tests.support.several import KONSULT, ask_about, companies
from wizard.jobs.worker import work
from wizard.models import (
    ContactKey,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services.invitations import lifecycle, mailing, reminders
from wizard.services.letters import dispatch
from wizard.services.outbox import Addressee

TWELVE = [f"Bolag {letter} AB" for letter in "ABCDEFGHIJKL"]
WORKERS = 10


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


def hers(server: MailServer) -> list[EmailMessage]:
    return server.to(KONSULT.email)


def named(letter: EmailMessage) -> list[str]:
    """The companies that a mail is about, in its order."""
    lines = text_of(letter).splitlines()
    return [line[2:].partition(",")[0] for line in lines if line.startswith("- Bolag")]


def statuses(session: Session, kind: LetterKind = LetterKind.INVITATION) -> list[str]:
    session.rollback()
    found = select(Letter.status).where(Letter.kind == kind).order_by(Letter.invitation_id)
    return [status.value for status in session.scalars(found)]


def page_of(app: Flask, link: str) -> str:
    """The page that a link leads to, in a new browser."""
    browser = Browser.open(app)
    page = browser.get(link)
    while page.status == 303:
        page = browser.follow(page)
    return page.words


def number_of(session: Session, kind: EventKind) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Event.kind == kind)) or 0


def test_twelve_asked_in_one_action_go_as_one_mail(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    made = ask_about(session, cast.firm, TWELVE, staff=cast.owner)
    work(app, wait=False)
    (letter,) = hers(mail_server)
    assert letter["Subject"] == "Olga Ek ber dig godkänna kopplingar för 12 företag"
    assert "Olga Ek" in str(letter["From"])
    assert named(letter) == TWELVE
    assert all(name in html_of(letter) for name in TWELVE)
    assert statuses(session) == ["sent"] * 12
    session.expire_all()
    assert {one.status for one in made} == {InvitationStatus.SENT}
    assert number_of(session, EventKind.LETTER_SENT) == 12
    page = page_of(app, secret_of(letter))
    assert all(name in page for name in TWELVE)


def test_one_alone_goes_as_it_always_has(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    ask_about(session, cast.firm, ["Bolag A AB"], staff=cast.owner)
    work(app, wait=False)
    (letter,) = hers(mail_server)
    assert letter["Subject"] == "Olga Ek ber dig godkänna en koppling för Bolag A AB"
    assert session.scalar(select(func.count(ContactKey.id))) == 0


def test_what_waits_from_several_actions_goes_as_one(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    ask_about(session, cast.firm, TWELVE[:1], staff=cast.owner)
    for staff, name, words in (
        (cast.colleague, TWELVE[1], "Hej Karin"),
        (cast.owner, TWELVE[2], "Gärna före fredag"),
    ):
        (company,) = companies(session, cast.firm, [name])
        mailing.mail_invitation(session, company, "visma", staff, KONSULT, words)
    send()
    (letter,) = hers(mail_server)
    assert named(letter) == TWELVE[:3]
    assert letter["Subject"] == "Byrån AB ber dig godkänna kopplingar för 3 företag"  # two ask
    assert str(letter["From"]).startswith("Byrån AB via")
    said = " ".join(text_of(letter).split())
    assert "Karin Ask skriver: ”Hej Karin”" in said
    assert "Olga Ek skriver: ”Gärna före fredag”" in said


def test_firms_are_never_joined_nor_two_people(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    ask_about(session, cast.firm, TWELVE[:2], staff=cast.owner)
    ask_about(
        session, cast.other_firm, [("Bolag X AB", "5560360793"), ("Bolag Y AB", "5565475489")]
    )
    ask_about(session, cast.firm, TWELVE[2:4], to=Addressee("bo@konsult.example", "en"))
    work(app, wait=False)
    ours, theirs = sorted(hers(mail_server), key=lambda letter: named(letter)[0])
    assert (named(ours), named(theirs)) == (TWELVE[:2], ["Bolag X AB", "Bolag Y AB"])
    (bo,) = mail_server.to("bo@konsult.example")
    assert bo["Subject"] == "Byrån AB asks you to approve connections for 2 companies"
    page = page_of(app, secret_of(ours))
    assert "Bolag B AB" in page
    assert not any(name in page for name in ("Bolag X AB", "Bolag C AB"))


def test_ten_workers_make_one_mail(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    ask_about(session, cast.firm, TWELVE)
    waiting = session.scalars(select(Letter.id).where(Letter.kind == LetterKind.INVITATION)).all()
    ready = Barrier(WORKERS)

    def take(letter_ids: list[int]) -> int:
        with app.extensions["sessions"]() as mine:
            ready.wait()
            return sum(dispatch.take_up(mine, one) is not None for one in letter_ids)

    with ThreadPoolExecutor(WORKERS) as workers:
        shares = [[*waiting[at:], *waiting[:at]] for at in range(WORKERS)]
        assert sum(workers.map(take, shares)) == 1
    tried = session.scalars(select(Letter.tries).where(Letter.id.in_(waiting))).all()
    assert set(tried) == {1}


def test_killed_between_sent_and_marked_the_same_mail_goes_again_with_its_message_id(
    app: Flask,
    session: Session,
    cast: Cast,
    send: Send,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    ask_about(session, cast.firm, TWELVE[:3])
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "mark_sent", killed)
        with pytest.raises(KilledError):
            send()
    send()
    assert len(hers(mail_server)) == 1
    ask_about(session, cast.firm, TWELVE[:4])  # a fourth company is no part of that mail
    with time_machine.travel(now() + dispatch.LEASE, tick=True):
        send()
        send()
    first, *others = hers(mail_server)
    again = next(letter for letter in others if letter["Message-ID"] == first["Message-ID"])
    assert named(again) == named(first) == TWELVE[:3]
    assert len(others) == 2
    assert statuses(session) == ["sent"] * 4
    assert all("Bolag B AB" in page_of(app, secret_of(letter)) for letter in (first, again))


def test_killed_before_it_was_sent_all_of_it_is_sent_later(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    ask_about(session, cast.firm, TWELVE)
    letter_id = session.scalars(
        select(Letter.id).where(Letter.kind == LetterKind.INVITATION).limit(1)
    ).one()
    assert dispatch.take_up(session, letter_id)
    send()
    assert hers(mail_server) == []
    with time_machine.travel(now() + dispatch.LEASE, tick=True):
        send()
    (letter,) = hers(mail_server)
    assert named(letter) == TWELVE


@pytest.mark.parametrize("ends", ["first", "another"])
def test_what_has_ended_while_the_mail_waits_leaves_it(
    app: Flask, session: Session, cast: Cast, send: Send, mail_server: MailServer, ends: str
) -> None:
    made = ask_about(session, cast.firm, TWELVE[:4])
    mail_server.answer = "451 busy"
    send()
    mail_server.answer = "250 OK"
    gone = made[0 if ends == "first" else 2]
    lifecycle.withdraw(session, gone, cast.owner)
    with time_machine.travel(now() + timedelta(minutes=2), tick=True):
        send()
        send()
    (letter,) = hers(mail_server)
    left = [one.company.name for one in made if one is not gone]
    assert named(letter) == left
    assert sorted(statuses(session)) == ["cancelled", *["sent"] * 3]
    assert gone.company.name not in page_of(app, secret_of(letter))


def test_links_replaced_while_the_mail_waits_leave_it_and_nothing_is_lost(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    made = ask_about(session, cast.firm, TWELVE[:3])
    mail_server.answer = "451 busy"
    send()
    mail_server.answer = "250 OK"
    lifecycle.new_link(session, made[0], cast.owner)  # its letter is cancelled: it led the others
    with time_machine.travel(now() + timedelta(minutes=2), tick=True):
        send()
        send()
    (letter,) = hers(mail_server)
    assert named(letter) == TWELVE[1:3]
    assert statuses(session) == ["cancelled", "sent", "sent"]


def test_when_all_but_one_have_ended_it_goes_as_an_ordinary_mail(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    made = ask_about(session, cast.firm, TWELVE[:2])
    lifecycle.withdraw(session, made[0], cast.owner)
    send()
    (letter,) = hers(mail_server)
    assert "Bolag B AB" in letter["Subject"]


def test_a_refused_address_ends_all_of_it_and_each_sender_is_told_once(
    app: Flask, session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    nobody = Addressee("ingen@konsult.example", "sv")
    ask_about(session, cast.firm, TWELVE[:3], staff=cast.owner, to=nobody)
    ask_about(session, cast.firm, TWELVE[:4], staff=cast.colleague, to=nobody)
    send()
    send()
    assert statuses(session) == ["bounced"] * 4
    assert number_of(session, EventKind.LETTER_BOUNCED) == 4
    (owner,) = mail_server.to(cast.owner.email)
    assert "Samma mejl gällde också: Bolag B AB, Bolag C AB." in text_of(owner)
    (colleague,) = mail_server.to(cast.colleague.email)
    assert "Bolag D AB" in text_of(colleague)
    assert "Samma mejl" not in text_of(colleague)
    assert session.scalar(select(func.count()).where(InvitationKey.ended_at.is_(None))) == 0
    assert session.scalar(select(func.count()).where(ContactKey.ended_at.is_(None))) == 0
    assert session.scalar(select(func.count()).where(Letter.status == LetterStatus.WAITING)) == 0


def test_one_reminder_for_all_that_is_soon_due(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    start = now()
    ask_about(session, cast.firm, TWELVE[:2], staff=cast.owner)
    send()
    with time_machine.travel(start + timedelta(days=1), tick=True):
        ask_about(session, cast.firm, TWELVE[:4], staff=cast.owner)
        send()
    mail_server.letters.clear()
    mail_server.envelopes.clear()
    for day in range(2, 15):
        with time_machine.travel(start + timedelta(days=day, minutes=5), tick=True):
            send()
    reminded = hers(mail_server)
    assert [named(letter) for letter in reminded] == [TWELVE[:4]] * 3
    assert reminded[0]["Subject"] == "Påminnelse: kopplingar för 4 företag väntar på dig"
    assert reminded[0]["Auto-Submitted"] == "auto-generated"


def test_who_said_no_to_one_is_reminded_of_the_others(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    made = ask_about(session, cast.firm, TWELVE[:3], staff=cast.owner)
    send()
    lifecycle.decline(session, made[0], None)
    reminders.pause(session, made[1], cast.owner)
    with time_machine.travel(now() + timedelta(days=2, minutes=5), tick=True):
        send()
    _, reminder = hers(mail_server)
    assert reminder["Subject"] == "Påminnelse: kopplingen för Bolag C AB väntar på dig"


def test_more_than_forty_are_not_all_named_but_all_are_opened(
    app: Flask, session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    names = [f"Bolag {at:03} AB" for at in range(103)]
    ask_about(session, cast.firm, names)
    send()
    first, second = hers(mail_server)
    assert len(named(first)) == 40
    assert "Och 60 till." in text_of(first)
    assert named(second) == names[100:]
    page = page_of(app, secret_of(first))
    assert all(name in page for name in names)


def test_no_secret_is_kept_anywhere(
    app: Flask,
    session: Session,
    cast: Cast,
    send: Send,
    mail_server: MailServer,
    everything: Callable[[], str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    ask_about(session, cast.firm, TWELVE[:2])
    send()
    secret = secret_of(hers(mail_server)[0]).removeprefix("/k/")
    assert "Bolag B AB" in page_of(app, f"/k/{secret}")
    assert secret not in everything()
    assert secret not in "".join(capfd.readouterr())


def test_opening_it_writes_nothing(
    app: Flask,
    session: Session,
    cast: Cast,
    send: Send,
    mail_server: MailServer,
    everything: Callable[[], str],
) -> None:
    ask_about(session, cast.firm, TWELVE[:2])
    send()
    before = everything()
    page_of(app, secret_of(hers(mail_server)[0]))
    assert everything() == before
    assert set(session.scalars(select(Invitation.status))) == {InvitationStatus.SENT}
