"""What each act does to one company: as its single act does it, with the mark, in one transaction."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.support import broken, bulk
from tests.support.cast import Cast
from tests.support.mail_server import MailServer
from wizard.models import (
    AuditAction,
    AuditEntry,
    BulkAct,
    BulkFate,
    Company,
    ConnectionStatus,
    Event,
    EventKind,
    Letter,
    LetterKind,
    now,
)
from wizard.services.bulk.effects import EFFECTS

DONE = (BulkFate.DONE, None)


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def letters(session: Session, *kinds: LetterKind) -> list[str]:
    session.rollback()
    wanted = select(Letter.recipient).where(Letter.kind.in_(kinds)).order_by(Letter.id)
    return list(session.scalars(wanted))


def events(session: Session, kind: EventKind) -> list[int | None]:
    """Who did it, of each line of the history."""
    session.rollback()
    return list(session.scalars(select(Event.user_id).where(Event.kind == kind)))


def test_each_act_does_what_it_does_alone_with_a_line_of_who_asked(
    app: Flask, session: Session, cast: Cast
) -> None:
    olga, karin = cast.owner, cast.colleague
    company = bulk.mailed(session, cast.firm, olga, 1)
    for act, to in (
        (BulkAct.REMIND, None),
        (BulkAct.MAIL_LINK, None),
        (BulkAct.RESPONSIBLE, karin),
        (BulkAct.WITHDRAW, None),
        (BulkAct.INVITE, None),
    ):
        found = bulk.begun(session, karin, act, company, to=to)
        bulk.turns(app, found, 2)
        assert bulk.fates(session, found) == {company.name: DONE}, act
        bulk.arrived(session)
    hers = letters(session, LetterKind.INVITATION)
    assert hers == ["anna1@example.com"] * 3
    due = select(Letter.due_at).where(Letter.kind == LetterKind.REMINDER).order_by(Letter.id)
    assert session.scalars(due).first() <= now()  # type: ignore[operator]
    assert events(session, EventKind.INVITATION_WITHDRAWN) == [karin.id]
    assert session.get_one(Company, company.id).responsible_id == karin.id
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.COMPANY_CHANGED)
    ).one()
    assert (entry.user_id, entry.after) == (karin.id, {"responsible": karin.email})


def test_what_is_disconnected_ends_with_its_line_and_is_handed_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    made = broken.connect(session, cast.firm, cast.owner, 1)
    found = bulk.begun(session, cast.admin, BulkAct.DISCONNECT, made.company)
    bulk.turns(app, found, 2)
    session.expire_all()
    assert made.status is ConnectionStatus.DISCONNECTED
    assert events(session, EventKind.DISCONNECTED) == [cast.admin.id]
    assert letters(session, LetterKind.DISCONNECTED) == [cast.owner.email]


def test_support_mails_the_link_again_and_nobody_is_said_to_have_asked(
    app: Flask, session: Session, cast: Cast
) -> None:
    company = bulk.mailed(session, cast.firm, cast.owner, 1)
    found = bulk.begun(session, cast.support, BulkAct.MAIL_LINK, company)
    bulk.turns(app, found)
    assert letters(session, LetterKind.LINK_AGAIN) == ["anna1@example.com"]
    assert events(session, EventKind.LINK_AGAIN_ASKED) == []


@pytest.mark.parametrize("act", [BulkAct.RENEW, BulkAct.DISCONNECT, BulkAct.RESPONSIBLE])
def test_mark_and_effect_are_written_in_one_transaction(
    app: Flask, session: Session, cast: Cast, act: BulkAct
) -> None:
    made = bulk.broken_one(session, cast.firm, cast.owner, 1)
    to = cast.colleague if act is BulkAct.RESPONSIBLE else None
    found = bulk.begun(session, cast.owner, act, made.company, to=to)
    engine = app.extensions["engine"]
    seen: list[set[str]] = []
    written = set[str]()

    def note(_c: object, _cur: object, sent: str, *_rest: object) -> None:
        head = sent.split("(")[0].lower()
        if head.startswith(("update", "insert")):
            written.add(head.split()[1 if head.startswith("update") else 2])

    def commit(_connection: object) -> None:
        seen.append(set(written))
        written.clear()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", commit)
    bulk.turns(app, found)
    effect = {
        BulkAct.RENEW: "letters",
        BulkAct.DISCONNECT: "connections",
        BulkAct.RESPONSIBLE: "companies",
    }[act]
    marked = [one for one in seen if "bulk_rows" in one]
    assert len(marked) == 1
    assert effect in marked[0]


def test_every_act_but_the_check_has_its_effect() -> None:
    assert set(EFFECTS) == set(BulkAct) - {BulkAct.CHECK}
