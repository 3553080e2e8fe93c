"""Who is warned: the mails to come as they will be, and what became of those that went."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import become, check_again, connect, need_renewal, recover
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail_server import MailServer, send_due
from tests.support.transactions import Statements
from wizard.models import ConnectionStatus, ConnectionWarning, Letter, LetterKind, LetterStatus, now
from wizard.services import outbox, pages
from wizard.services.upkeep import retention
from wizard.services.warnings import firm_warnings, outages, warning_log
from wizard.services.warnings.operator_alerts import Operator

Open = Callable[..., Browser]
LATER = timedelta(minutes=11)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application with a mail server, and somebody named to be told of outages."""
    return make_app(**mail_server.settings, operator_email="drift@example.com")


def warn(app: Flask, session: Session) -> None:
    """Let the letters that are due go, eleven minutes from now."""
    with time_machine.travel(now() + LATER, tick=True):
        session.rollback()
        firm_warnings.tell(session)
        send_due(app)
    session.rollback()


def test_index_says_plainly_that_nothing_is_to_come_and_nothing_went(
    browser: Open, cast: Cast
) -> None:
    for user in (cast.support, cast.admin):
        page = browser(user).get("/admin/varningar", 200)
        assert "Just nu behöver ingen få veta något." in page.words
        assert "Ingen varning har mejlats än." in page.words
        assert "drift@example.com" in page.words
    browser(cast.owner).get("/admin/varningar", 403)
    assert browser().get("/admin/varningar", 303).location.startswith("/logga-in")


def test_index_says_when_nobody_can_be_told(make_app: Callable[..., Flask], cast: Cast) -> None:
    page = Browser.open(make_app(), cast.admin).get("/admin/varningar", 200)
    assert "WIZARD_SMTP_HOST" in page.words
    assert "WIZARD_OPERATOR_EMAIL" in page.words


def test_index_shows_what_is_to_come_and_then_that_it_went(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    statements: Callable[[], Statements],
) -> None:
    connections = [connect(session, cast.firm, cast.owner, number) for number in range(3)]
    need_renewal(session, *connections)
    admin = browser(cast.admin)
    with statements() as sent:
        page = admin.get("/admin/varningar", 200)
    assert len(sent) <= 4
    assert "Olga Ek" in page.words
    assert f"/admin/varningar/kommande/{connections[0].public_id}" in page.links
    warn(app, session)
    with statements() as sent:
        page = admin.get("/admin/varningar", 200)
    assert len(sent) <= 4
    assert "Just nu behöver ingen få veta något." in page.words
    assert "Bolag 000 AB och 2 till" in page.words


def test_upcoming_shows_the_letter_as_it_will_be(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    mail_server: MailServer,
    statements: Callable[[], Statements],
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    admin, path = browser(cast.admin), f"/admin/varningar/kommande/{connection.public_id}"
    with statements() as sent:
        page = admin.get(path, 200)
    assert len(sent) <= 4
    warn(app, session)
    (letter,) = mail_server.to(cast.owner.email)
    assert str(letter["Subject"]) in page.words
    assert "Visma släpper inte längre in oss." in page.words
    admin.get(path, 404)
    browser(cast.owner).get(path, 403)


def test_upcoming_asks_to_renew_though_those_it_names_first_are_only_disturbed(
    browser: Open, cast: Cast, session: Session
) -> None:
    connections = [connect(session, cast.firm, cast.owner, number) for number in range(21)]
    two_days_ago = now() - timedelta(days=2)
    become(
        session,
        tuple(connections[:20]),
        ConnectionStatus.DISTURBED,
        "visma_unavailable",
        two_days_ago,
    )
    need_renewal(session, connections[20])
    check_again(session)
    page = browser(cast.admin).get(f"/admin/varningar/kommande/{connections[20].public_id}", 200)
    assert "tryck på ”Förnya”" in page.words


def test_letter_shows_what_it_told_of_and_how_that_is_now(
    app: Flask,
    browser: Open,
    cast: Cast,
    session: Session,
    statements: Callable[[], Statements],
) -> None:
    connections = [connect(session, cast.firm, cast.owner, number) for number in range(2)]
    need_renewal(session, *connections)
    warn(app, session)
    recover(session, connections[0])
    letter = session.scalars(select(Letter)).one()
    with statements() as sent:
        page = browser(cast.support).get(f"/admin/varningar/{letter.public_id}", 200)
    assert len(sent) <= 4
    for said in ("Olga Ek", "Bolag 000 AB", "Bolag 001 AB", "Aktiv", "Behöver förnyas"):
        assert said in page.words
    assert f"/admin/kopplingar/{connections[0].public_id}" in page.links
    browser(cast.admin).get("/admin/varningar/finnsinte", 404)
    browser(cast.owner).get(f"/admin/varningar/{letter.public_id}", 403)


def test_letter_so_old_that_it_is_forgotten_says_so(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    warn(app, session)
    recover(session, connection)
    path = f"/admin/varningar/{session.scalars(select(Letter.public_id)).one()}"
    said = "vad det berättade om, sparas inte längre"
    assert said not in browser(cast.support).get(path, 200).words
    with time_machine.travel(now() + retention.LETTER_ADDRESSES + 2 * LATER, tick=True):
        while retention.forget(session):
            pass
    assert said in browser(cast.support).get(path, 200).words
    assert "Olga Ek" not in browser(cast.support).get("/admin/varningar", 200).words


def test_letter_of_an_invitation_is_not_here(browser: Open, cast: Cast, session: Session) -> None:
    connect(session, cast.firm, cast.owner)
    letter = outbox.post_to_operator(session, LetterKind.NEEDS_US, "drift@example.com", topic="x")
    session.commit()
    browser(cast.admin).get(f"/admin/varningar/{letter.public_id}", 200)


def test_letter_that_bounced_or_was_not_sent_says_so(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    admin = browser(cast.admin)
    connection = connect(session, cast.firm, cast.owner)
    need_renewal(session, connection)
    warn(app, session)
    letter = session.scalars(select(Letter)).one()
    for status, said in (
        (LetterStatus.BOUNCED, "Kom inte fram"),
        (LetterStatus.CANCELLED, "Skickades inte"),
        (LetterStatus.WAITING, "Försöker igen"),
    ):
        letter.status = status
        session.commit()
        assert said in admin.get(f"/admin/varningar/{letter.public_id}", 200).words
        assert said in admin.get("/admin/varningar", 200).words
    letter.recipient, letter.recipient_name = "", None
    session.commit()
    admin.get("/admin/varningar", 200)


def test_letter_that_bounced_says_where_somebody_else_is_named(
    app: Flask, browser: Open, cast: Cast, session: Session
) -> None:
    need_renewal(session, connect(session, cast.firm, cast.owner))
    warn(app, session)
    ours = outbox.post_to_operator(session, LetterKind.NEEDS_US, "drift@example.com", topic="x")
    for letter in session.scalars(select(Letter)):
        letter.status = LetterStatus.BOUNCED
        session.commit()
        words = browser(cast.support).get(f"/admin/varningar/{letter.public_id}", 200).words
        where = "WIZARD_OPERATOR_EMAIL" if letter is ours else "under ”Byråer”"
        assert f"Adressen gick inte att nå. {'Ange' if letter is ours else 'En admin'}" in words
        assert where in words


def test_letter_of_very_many_shows_some_and_says_how_many_more(
    app: Flask, browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warning_log, "SHOWN", 2)
    need_renewal(session, *(connect(session, cast.firm, cast.owner, n) for n in range(5)))
    warn(app, session)
    path = f"/admin/varningar/{session.scalars(select(Letter.public_id)).one()}"
    words = browser(cast.admin).get(path, 200).words
    assert "Bolag 001 AB" in words
    assert "Bolag 002 AB" not in words
    assert "och 3 till" in words


def test_index_counts_no_further_than_it_must(
    app: Flask, browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_renewal(session, *(connect(session, cast.firm, cast.owner, n) for n in range(5)))
    warn(app, session)
    assert "Bolag 000 AB och 4 till" in browser(cast.admin).get("/admin/varningar", 200).words
    monkeypatch.setattr(warning_log, "MOST_COUNTED", 2)
    assert "Bolag 000 AB och 2+ till" in browser(cast.admin).get("/admin/varningar", 200).words


def test_index_goes_on_from_page_to_page(
    browser: Open, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for number in range(5):
        outbox.post_to_operator(session, LetterKind.NEEDS_US, f"a{number}@example.com", topic="x")
    session.commit()
    admin, path, shown = browser(cast.admin), "/admin/varningar", 0
    while path:
        page = admin.get(path, 200)
        shown += page.words.count("@example.com") - page.words.count("drift@example.com")
        path = next((link for link in page.links if "after=" in link), "")
    assert shown == 5
    admin.get("/admin/varningar?after=%00", 200)
    admin.get("/admin/varningar/kommande/%00", 404)


def test_index_shows_outages_too(app: Flask, browser: Open, cast: Cast, session: Session) -> None:
    connections = [connect(session, cast.firm, None, number) for number in range(3)]
    for connection in connections:
        connection.status, connection.cause = "disturbed", "visma_unavailable"  # type: ignore[assignment]
        connection.status_since = now() - LATER
    session.commit()
    outages.watch(session, ["visma"], Operator("drift@example.com"))
    send_due(app)
    page = browser(cast.admin).get("/admin/varningar", 200)
    assert "Avbrott" in page.words
    assert session.scalars(select(ConnectionWarning)).all() == []
