"""Doing an import: once whatever is killed or repeated, at a calm rate, within the caps; and undoing it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail_server import MailServer, send_due
from tests.support.programs import WORKER, program
from tests.support.tables import line, number, table
from wizard.models import (
    AuditAction,
    AuditEntry,
    Base,
    Company,
    CompanyImport,
    ImportLine,
    ImportStatus,
    Invitation,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    now,
)
from wizard.services.imports import judging, overview, running
from wizard.services.imports.judging import By
from wizard.services.imports.running import GRACE, ImportEndedError, Work
from wizard.services.invitations import lifecycle
from wizard.services.throttling import letter_caps
from wizard.services.throttling.letter_caps import Caps, Sending

PATIENCE = 90.0
SETTLED = (ImportStatus.DONE, ImportStatus.UNDONE)


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def work(app: Flask, **caps: int) -> Work:
    given = {"to_one": 20, "by_one": 300, "by_firm": 1000, **caps}
    return Work(app.extensions["sessions"], "visma", Caps(**given))


def read(session: Session, cast: Cast, *lines: str) -> CompanyImport:
    return judging.read(session, cast.firm, By(cast.owner), table(lines))


def turns(app: Flask, found: CompanyImport, number: int = 1, **caps: int) -> None:
    for _ in range(number):
        running.run(work(app, **caps), found.id)


def count(session: Session, what: type[Base]) -> int:
    session.rollback()
    return session.scalar(select(func.count(what.id))) or 0


def invitations(session: Session) -> int:
    session.rollback()
    wanted = select(func.count()).where(Letter.kind == LetterKind.INVITATION)
    return session.scalar(wanted) or 0


def test_two_hundred_pasted_lines_are_added_and_then_invited(
    app: Flask, session: Session, cast: Cast
) -> None:
    found = read(session, cast, *map(line, range(200)))
    for _ in range(2):  # pressed twice
        running.start(session, found, invites=True)
    turns(app, found)
    assert count(session, Company) == 202
    assert invitations(session) == 0
    with time_machine.travel(now() + GRACE, tick=True):
        turns(app, found, 12)
    session.expire_all()
    asked = select(Letter.recipient).where(Letter.kind == LetterKind.INVITATION)
    assert len(set(session.scalars(asked))) == invitations(session) == 200
    progress = overview.progress(session, found)
    assert (progress.added, progress.mailed) == (200, 200)
    assert found.status is ImportStatus.DONE
    hers = select(func.count()).where(Company.responsible_id == cast.owner.id)
    assert session.scalar(hers) == 200


def test_only_add_adds_and_fills_in_what_was_empty(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    cells = f"{cast.company.organisation_number};Annat namn;a@example.com;Anna;1042;Karin Ask"
    data = f"Orgnr;Namn;Mejl;Kontakt;Kundnr;Ansvarig\n{cells}"
    found = judging.read(session, cast.firm, By(cast.owner), data)
    running.start(session, found, invites=False)
    turns(app, found, 2)
    session.expire_all()
    company = session.get_one(Company, cast.company.id)
    assert (company.name, company.own_reference) == ("Ängsbageriet AB", "1042")
    assert company.responsible_id == cast.colleague.id
    assert (found.status, invitations(session)) == (ImportStatus.DONE, 0)


def test_the_same_list_again_does_nothing(app: Flask, session: Session, cast: Cast) -> None:
    for _ in range(2):
        found = read(session, cast, *map(line, range(3)))
        running.start(session, found, invites=True)
        with time_machine.travel(now() + GRACE, tick=True):
            turns(app, found, 3)
    assert (count(session, Company), invitations(session)) == (5, 3)


def test_what_somebody_has_invited_meanwhile_is_not_mailed(
    app: Flask, session: Session, cast: Cast
) -> None:
    found = read(session, cast, line(1))
    running.start(session, found, invites=True)
    turns(app, found)
    session.expire_all()
    company = session.scalars(select(Company).where(Company.organisation_number == number(1))).one()
    lifecycle.activate(session, company, "visma", cast.colleague, KeyPurpose.COPIED)
    with time_machine.travel(now() + GRACE, tick=True):
        turns(app, found, 2)
    session.expire_all()
    assert (invitations(session), found.status) == (0, ImportStatus.DONE)


def test_the_caps_of_a_day_spread_the_mails_over_days(
    app: Flask, session: Session, cast: Cast
) -> None:
    found = read(session, cast, *map(line, range(12)))
    running.start(session, found, invites=True)
    start, asked = now().replace(hour=10) + timedelta(days=1), []
    for day in range(4):
        with time_machine.travel(start + timedelta(days=day), tick=True):
            turns(app, found, 2, by_one=5)
        asked.append(invitations(session))
    assert asked == [5, 10, 12, 12]


def test_a_full_address_does_not_stop_the_others(app: Flask, session: Session, cast: Cast) -> None:
    hers = [f"{number(at)};Bolag {at} AB;konsult@example.com;Anna" for at in range(5)]
    found = read(session, cast, *hers, line(7), line(8))
    running.start(session, found, invites=True)
    caps = Caps(to_one=2, by_one=300, by_firm=1000)
    with time_machine.travel(now().replace(hour=10) + timedelta(days=1), tick=True):
        for _ in range(2):
            letter_caps.note(session, caps, Sending("konsult@example.com", "a", cast.firm.id))
        session.commit()
        turns(app, found, 3, to_one=2)
        assert invitations(session) == 2
    with time_machine.travel(now().replace(hour=10) + timedelta(days=2), tick=True):
        turns(app, found, 3, to_one=2)
        assert invitations(session) == 7


def test_companies_of_one_contact_are_invited_in_one_mail_and_counted_as_one(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    hers = [f"{number(at)};Bolag {at} AB;konsult@example.com;Anna" for at in range(12)]
    found = read(session, cast, *hers, line(20), line(21))
    progress = overview.progress(session, found)
    assert (progress.to_mail, progress.mails, progress.to_one) == (14, 3, 1)
    running.start(session, found, invites=True)
    with time_machine.travel(now().replace(hour=10) + timedelta(days=1), tick=True):
        turns(app, found, 2, to_one=1, by_one=3)
        send_due(app)
    assert invitations(session) == 14
    assert len(mail_server.to("konsult@example.com")) == 1
    assert len(mail_server.letters) == 3
    progress = overview.progress(session, found)
    assert (progress.mailed, progress.sent, progress.mails, progress.to_one) == (14, 14, 0, 0)
    lines = select(ImportLine.invitation_id).where(ImportLine.import_id == found.id)
    assert None not in session.scalars(lines).all()


def test_undo_takes_everything_back_until_a_mail_has_gone(
    app: Flask, session: Session, cast: Cast, mail_server: MailServer
) -> None:
    found = read(session, cast, line(1), line(2), line(3))
    running.start(session, found, invites=True)
    turns(app, found)
    with time_machine.travel(now() + GRACE, tick=True):
        turns(app, found)
        assert invitations(session) == 3
        session.expire_all()
        assert running.may_undo(session, found)
        assert running.undo(session, found) == 3
        with pytest.raises(ImportEndedError):
            running.undo(session, found)
        turns(app, found, 2)
        send_due(app)
    assert (mail_server.letters, count(session, Company)) == ([], 2)
    again = read(session, cast, line(1))
    running.start(session, again, invites=True)
    with time_machine.travel(now() + GRACE, tick=True):
        turns(app, again)
        send_due(app)
        session.expire_all()
        assert not running.may_undo(session, again)
        assert overview.progress(session, again).sent == 1
        with pytest.raises(ImportEndedError):
            running.undo(session, again)
    statuses = session.scalars(select(Invitation.status)).all()
    assert statuses == [InvitationStatus.SENT]
    acts = session.scalars(
        select(AuditEntry.after).where(AuditEntry.action == AuditAction.BULK_DONE)
    )
    assert {"done": "import_undone", "number": 3} in acts.all()


def test_a_worker_killed_midway_is_followed_by_one_that_ends_it_and_nothing_is_done_twice(
    app: Flask, session: Session, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    lines = 1500
    found = read(session, cast, *map(line, range(lines)))
    running.start(session, found, invites=False)
    settings = {"database_url": database_url}
    with program(WORKER, tmp_path / "first", **settings) as worker:
        wait_for(lambda: count(session, Company) > 200)
        worker.kill()
        worker.wait()
    left = count(session, Company)
    assert 200 < left < lines
    with program(WORKER, tmp_path / "second", **settings):
        wait_for(lambda: status(session, found) in SETTLED)
    assert count(session, Company) == lines + 2
    added = select(func.count()).where(AuditEntry.action == AuditAction.COMPANY_CREATED)
    assert session.scalar(added) == lines
    undone = select(func.count()).where(ImportLine.added_at.is_(None))
    assert session.scalar(undone) == 0


def status(session: Session, found: CompanyImport) -> ImportStatus:
    session.expire_all()
    return found.status


def wait_for(happened: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < ends, "it did not happen"
        sleep(0.01)
