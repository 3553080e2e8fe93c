"""What the upload page knows of an invitation, in one statement."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.causes import Cause
from wizard.models import Authorization, AuthorizationStatus, EventKind, KeyPurpose
from wizard.services.companies import company_overview
from wizard.services.companies.company_overview import InvitationFacts
from wizard.services.invitations import lifecycle, visits
from wizard.services.invitations.lifecycle import Link


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    """A link that the owner has made."""
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def seen(session: Session, cast: Cast) -> InvitationFacts:
    found = company_overview.facts(session, cast.owner, cast.company.public_id)
    assert found is not None
    assert found.invitation is not None
    return found.invitation


def test_others_companies_and_unknown_ones_are_not_there(session: Session, cast: Cast) -> None:
    assert company_overview.facts(session, cast.stranger, cast.company.public_id) is None
    assert company_overview.facts(session, cast.owner, "unknown") is None
    assert company_overview.facts(session, cast.support, cast.company.public_id)


def test_all_is_told_in_one_statement(
    session: Session, cast: Cast, link: Link, statements: Callable[[], Statements]
) -> None:
    make_connection(session, link)
    with statements() as sent:
        found = company_overview.facts(session, cast.owner, cast.company.public_id)
    assert found is not None
    assert found.connection is not None
    assert found.company.firm.name == cast.firm.name
    assert len(sent) == 1


@pytest.mark.usefixtures("link")
def test_links_that_work_are_counted(session: Session, cast: Cast) -> None:
    again = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    assert seen(session, cast).links == 2
    lifecycle.new_link(session, again.invitation, cast.owner)
    assert seen(session, cast).links == 1


def test_who_made_it_and_that_somebody_asks_for_a_new_link(
    session: Session, cast: Cast, link: Link
) -> None:
    key = visits.find_key(session, link.secret)
    assert key is not None
    assert seen(session, cast).created_by == cast.owner.name
    assert not seen(session, cast).new_link_asked
    visits.tell_sender(session, key, EventKind.NEW_LINK_ASKED)
    visits.tell_sender(session, key, EventKind.NUMBER_QUESTIONED)
    assert seen(session, cast).new_link_asked
    assert seen(session, cast).number_questioned
    lifecycle.hand_over(session, key)  # the approver's own doing answers nothing
    assert seen(session, cast).new_link_asked
    lifecycle.show_link(session, link.invitation, cast.owner)
    assert not seen(session, cast).new_link_asked


def test_the_reason_of_a_refusal_is_told(session: Session, cast: Cast, link: Link) -> None:
    lifecycle.decline(session, link.invitation, "Fel kontaktperson")
    found = seen(session, cast)
    assert (found.status, found.decline_reason) == ("declined", "Fel kontaktperson")


def test_the_cause_is_that_of_the_last_attempt(session: Session, cast: Cast, link: Link) -> None:
    key = visits.find_key(session, link.secret)
    assert key is not None
    for number, cause in enumerate((Cause.DECLINED, Cause.WRONG_COMPANY)):
        session.add(
            Authorization(
                invitation_id=link.invitation.id,
                key_id=key.id,
                state_hash=bytes([number]) * 32,
                browser_hash=bytes(32),
                status=AuthorizationStatus.FAILED,
                cause=cause.value,
            )
        )
        session.commit()
    assert seen(session, cast).last_cause == "wrong_company"


def test_history_is_newest_first_and_one_statement(
    session: Session, cast: Cast, link: Link, statements: Callable[[], Statements]
) -> None:
    lifecycle.withdraw(session, link.invitation, cast.owner)
    session.expunge_all()
    with statements() as sent:
        events = company_overview.history(session, cast.company)
        names = {event.user.name for event in events if event.user}
    assert [event.kind for event in events] == [
        EventKind.INVITATION_WITHDRAWN,
        EventKind.LINK_MADE,
        EventKind.INVITATION_CREATED,
    ]
    assert names == {"Olga Ek"}
    assert len(sent) == 1
