"""What a firm's people have to do: each kind alone, one's own and all, in one statement whatever their number."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import connect, need_renewal
from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard.models import Company, EventKind, KeyPurpose, Letter, LetterKind, MoveReason, now
from wizard.services.companies import company_records, to_do
from wizard.services.companies.to_do import ToDo
from wizard.services.desk import keeping
from wizard.services.history import record
from wizard.services.invitations import lifecycle, mailing
from wizard.services.letters import dispatch
from wizard.services.outbox import Addressee


def sorted_now(session: Session) -> None:
    session.commit()
    keeping.sort_due(session)
    session.commit()


def names(
    session: Session, cast: Cast, *, mine: bool = False, kind: ToDo | None = None
) -> list[str]:
    page = to_do.page_of(session, cast.owner, mine=mine, kind=kind)
    return [row.name for row in page.rows]


def test_what_has_to_be_renewed_asked_for_and_long_waited_for_is_to_do_the_oldest_first(
    app: Flask, session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    asked, waits, fresh = (
        Company(firm=cast.firm, name=name, organisation_number=number)
        for name, number in (
            ("Frågar AB", "5560000001"),
            ("Väntar AB", "5560000002"),
            ("Nytt AB", "5560000003"),
        )
    )
    session.add_all([asked, waits, fresh])
    session.commit()
    with time_machine.travel(now() - timedelta(days=8), tick=True):
        to = Addressee("anna@example.com", "sv", "Anna")
        mailing.mail_invitation(session, waits, "visma", cast.colleague, to, None)
        sent_letter = select(Letter.id).where(Letter.kind == LetterKind.INVITATION)
        dispatch.mark_sent(session, session.scalars(sent_letter).one())
    link = lifecycle.activate(session, asked, "visma", cast.owner, KeyPurpose.COPIED)
    record(session, EventKind.NEW_LINK_ASKED, link.invitation)
    lifecycle.activate(session, fresh, "visma", cast.owner, KeyPurpose.COPIED)
    broken = connect(session, cast.firm, cast.owner)
    need_renewal(session, broken)
    other = connect(session, cast.other_firm, cast.stranger, 1)
    need_renewal(session, other)
    sorted_now(session)
    with statements() as sent:
        rows = to_do.page_of(session, cast.owner, mine=False).rows
    assert len(sent) == 1
    assert {row.name: row.reason for row in rows} == {
        "Väntar AB": MoveReason.WAITING,
        "Frågar AB": MoveReason.NEW_LINK_ASKED,
        "Bolag 000 AB": MoveReason.TO_BE_RENEWED,
    }
    assert rows[0].name == "Väntar AB"
    assert (rows[0].sent_to, rows[0].responsible) == ("anna@example.com", "Karin Ask")
    assert (rows[0].step, rows[0].steps) == (None, 5)  # nobody has opened the link
    assert rows[0].reminder_at is not None
    assert set(names(session, cast, mine=True)) == {"Frågar AB", "Bolag 000 AB"}
    assert names(session, cast, kind=ToDo.WAITING) == ["Väntar AB"]
    counts = to_do.counts(session, cast.owner, mine=False)
    assert counts == {
        ToDo.RENEW: 1, ToDo.NEW_LINK: 1, ToDo.BOUNCED: 0, ToDo.STUCK: 0, ToDo.WAITING: 1,
    }  # fmt: skip
    company_records.archive(session, session.merge(waits))
    sorted_now(session)
    assert "Väntar AB" not in names(session, cast)


def test_pages_follow_each_other(session: Session, cast: Cast) -> None:
    need_renewal(session, *(connect(session, cast.firm, cast.owner, number) for number in range(5)))
    sorted_now(session)
    seen, after = [], ""
    for _ in range(3):
        page = to_do.page_of(session, cast.owner, mine=False, after=after, size=2)
        seen += [row.name for row in page.rows]
        after = page.next_cursor or ""
    assert (len(seen), len(set(seen)), after) == (5, 5, "")
