"""The facts of companies, gathered in one statement."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.transactions import Statements
from wizard.causes import Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    EventKind,
    InvitationStatus,
    KeyPurpose,
    Step,
    now,
)
from wizard.services.desk.facts import gather
from wizard.services.invitations import lifecycle, visits


def test_facts_are_those_of_the_newest_invitation(
    session: Session, cast: Cast, statements: Callable[[], Statements]
) -> None:
    old = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    lifecycle.withdraw(session, old.invitation, cast.owner)
    with time_machine.travel(now() + timedelta(seconds=1), tick=True):
        link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
        key = visits.find_key(session, link.secret)
        assert key
        visits.go_straight(session, key)
        visits.tell_of_cause(session, key, Cause.NO_BOOKKEEPING)
        visits.tell_of_cause(session, key, Cause.NUMBER_MISSING)
        visits.tell_sender(session, key, EventKind.NEW_LINK_ASKED)
        session.add(
            Authorization(
                invitation_id=link.invitation.id,
                key_id=key.id,
                state_hash=b"s" * 32,
                browser_hash=b"b" * 32,
                cause="number_missing",
                status=AuthorizationStatus.FAILED,
            )
        )
        session.commit()
    with statements() as sent:
        found = gather(session, [cast.company.id, cast.other_company.id], now())
    assert len(sent) == 1
    facts = found[cast.company.id].facts.invitation
    assert facts
    assert facts.attempt
    assert facts.given_at
    assert facts.link_asked_at
    assert facts.moved_at
    assert (facts.status, facts.step) == (InvitationStatus.STARTED, Step.APPROVE)
    assert (facts.attempt.cause, facts.told_cause) == ("number_missing", "number_missing")
    assert facts.created_at <= facts.given_at < facts.link_asked_at <= facts.moved_at
    assert facts.letter_due_at is None
    assert found[cast.other_company.id].facts.invitation is None


def test_nothing_is_asked_of_no_companies(session: Session) -> None:
    assert gather(session, [], now()) == {}
