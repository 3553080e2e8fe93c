"""The letters to staff that no invitation is behind are listed with what they told of."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.services.warnings.conftest import Pass
from tests.support.broken import connect, need_renewal, recover
from tests.support.cast import Cast
from tests.support.mail import Mail, Send
from tests.support.transactions import Statements
from wizard.models import LetterKind
from wizard.services import pages
from wizard.services.warnings import warning_log

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(session: Session, cast: Cast, passes: Pass) -> None:
    """The owner has been told of two connections, and then the stranger of one."""
    need_renewal(session, *(connect(session, cast.firm, cast.owner, n) for n in (2, 1)))
    passes(11 * MINUTE)
    need_renewal(session, connect(session, cast.other_firm, cast.stranger, 3))
    passes(22 * MINUTE)


@pytest.mark.usefixtures("told")
def test_a_letter_is_listed_with_the_first_company_and_how_many_there_are(
    session: Session, cast: Cast, mail: Mail, send: Send
) -> None:
    mail()
    send()  # a letter about an invitation is no warning
    listed = warning_log.list_page(session)
    assert listed.next_cursor is None
    assert [(row.recipient, row.company, row.number) for row in listed.rows] == [
        (cast.stranger.email, "Bolag 003 AB", 1),
        (cast.owner.email, "Bolag 001 AB", 2),
    ]
    newest = listed.rows[0]
    assert (newest.kind, newest.status, newest.firm_name) == (
        LetterKind.WARNING,
        "sent",
        cast.other_firm.name,
    )


@pytest.mark.usefixtures("told")
def test_letters_follow_each_other_page_after_page_in_a_statement_each(
    session: Session, statements: Callable[[], Statements], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    first = warning_log.list_page(session)
    with statements() as sent:
        second = warning_log.list_page(session, first.next_cursor or "")
    assert len(sent) == 1
    assert [row.number for row in first.rows + second.rows] == [1, 2]
    assert second.next_cursor is None
    assert warning_log.list_page(session, "finnsinte").rows == []


@pytest.mark.usefixtures("told")
def test_a_letter_tells_what_it_told_of_though_that_has_passed(
    session: Session, statements: Callable[[], Statements]
) -> None:
    row = warning_log.list_page(session).rows[1]
    found = warning_log.find(session, row.public_id)
    assert found
    recover(session, *(warning.connection for warning in found[1]))
    session.expunge_all()
    with statements() as sent:
        again = warning_log.find(session, row.public_id)
        assert again
        names = [warning.connection.company.name for warning in again[1]]
    assert names == ["Bolag 001 AB", "Bolag 002 AB"]
    assert len(sent) == 2
    assert warning_log.find(session, "finnsinte") is None
