"""Asking many to renew: whom is filled in from who approved last, and nobody is asked twice."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import connect, need_renewal
from tests.support.cast import Cast
from wizard.models import Letter, LetterKind
from wizard.services.desk import keeping
from wizard.services.invitations import renewals
from wizard.services.outbox import Addressee


def test_whom_is_filled_in_and_is_asked_once(session: Session, cast: Cast) -> None:
    known = connect(
        session,
        cast.firm,
        cast.owner,
        0,
        approver_name="Vera Ek",
        approver_email="vera@example.com",
    )
    unknown = connect(
        session, cast.firm, cast.colleague, 1, approver_name=None, approver_email=None
    )
    need_renewal(session, known, unknown)
    keeping.sort_due(session)
    session.commit()
    found = renewals.to_renew(session, cast.owner, mine=False)
    assert [(each.email, each.name) for each in found] == [
        ("vera@example.com", "Vera Ek"),
        ("", None),
    ]
    assert len(renewals.to_renew(session, cast.owner, mine=True)) == 1
    assert renewals.to_renew(session, cast.stranger, mine=False) == []
    to = Addressee("vera@example.com", "sv", "Vera Ek")
    assert [renewals.ask(session, found[:1], cast.owner, to) for _ in range(2)] == [1, 0]
    sent = select(Letter.recipient).where(Letter.kind == LetterKind.INVITATION)
    assert session.scalars(sent).all() == ["vera@example.com"]
    keeping.sort_due(session)
    session.commit()
    assert len(renewals.to_renew(session, cast.owner, mine=False)) == 1
