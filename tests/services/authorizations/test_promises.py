"""A promised mail is written once, when there is something to tell, whoever is killed in between."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.standin import StandIn
from tests.support.traveller import HERS, Traveller, address, authorizations, invite
from wizard.causes import Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Consent,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    Pace,
    Promise,
    now,
)
from wizard.services import outbox
from wizard.services.authorizations import promises
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee
from wizard.services.throttling.pacing import AWAY_AFTER, Work

ANNA = Addressee("anna@example.com", "en")
APPROVER = [LetterKind.RECEIPT, LetterKind.APPROVE_AGAIN, LetterKind.NO_NEED]
Ask = Callable[..., Authorization]


def browser_of(traveller: Traveller) -> str:
    """The id that our session gave the traveller's browser."""
    with traveller.browser.client.session_transaction() as kept:
        return str(kept["browser"])


@pytest.fixture
def ask(approver: Traveller, database: Session) -> Ask:
    """Promises to mail how the newest attempt of the approver's browser ends."""

    def promise(to: Addressee = ANNA, traveller: Traveller = approver) -> Authorization:
        attempt = authorizations(database)[-1]
        promises.make(database, attempt, browser_of(traveller), to)
        return attempt

    return promise


@pytest.fixture
def waiting(approver: Traveller, visma: StandIn, ask: Ask) -> Authorization:
    """An attempt that waits with nothing but a code, and of which a mail is promised."""
    wait(approver, visma, "token")
    return ask()


def wait(traveller: Traveller, visma: StandIn, endpoint: str) -> None:
    """Approve while an endpoint does not answer."""
    callback = visma.approve(traveller.go_straight().depart(), "Vera Välja", HERS)
    visma.fail(endpoint, "status", 503)
    traveller.come_back(callback)
    visma.heal()


def end(database: Session, attempt: Authorization, cause: Cause) -> None:
    """Let an attempt fail with a cause."""
    failed = {"status": AuthorizationStatus.FAILED, "cause": cause.value, "ended_at": now()}
    mine = Authorization.id == attempt.id
    database.execute(update(Authorization).where(mine).values(**failed))
    database.commit()


def told(database: Session) -> list[tuple[LetterKind, str, str | None]]:
    """The letters to approvers so far."""
    found = select(Letter).where(Letter.kind.in_(APPROVER)).order_by(Letter.id)
    database.expire_all()
    return [(letter.kind, letter.recipient, letter.topic) for letter in database.scalars(found)]


def keep(database: Session) -> list[tuple[LetterKind, str, str | None]]:
    """Keep promises twice, as two workers; the letters so far."""
    for _ in range(2):
        promises.keep(database)
    return told(database)


def test_nothing_is_mailed_while_the_attempt_waits(
    waiting: Authorization, database: Session
) -> None:
    assert waiting.status is AuthorizationStatus.RETURNED
    assert keep(database) == []


def test_pressing_again_changes_the_address_of_the_one_promise(
    waiting: Authorization, ask: Ask, database: Session
) -> None:
    ask(Addressee("a.ek@example.com", "sv"))
    assert [one.recipient for one in database.scalars(select(Promise))] == ["a.ek@example.com"]
    asked = Event.kind == EventKind.NEWS_ASKED
    assert len(database.scalars(select(Event).where(asked)).all()) == 1
    end(database, waiting, Cause.STALE_CODE)
    assert keep(database) == [(LetterKind.APPROVE_AGAIN, "a.ek@example.com", "stale_code")]
    ask()  # too late: it is told
    assert len(keep(database)) == 1


def test_another_browser_promises_nothing(
    waiting: Authorization, approver: Traveller, database: Session
) -> None:
    promises.make(database, waiting, "another", Addressee("else@example.com", "sv"))
    assert [one.recipient for one in database.scalars(select(Promise))] == [ANNA.email]


def test_what_goes_through_is_told_by_the_receipt_once(
    waiting: Authorization, approver: Traveller, database: Session
) -> None:
    database.execute(update(Authorization).values(next_try_at=now()))
    database.commit()
    approver.follow(approver.get("kontroll"))
    assert keep(database) == [(LetterKind.RECEIPT, ANNA.email, None)]
    assert database.scalars(select(Consent)).one().contact_id is not None


def test_a_receipt_already_on_its_way_there_is_enough(
    waiting: Authorization, approver: Traveller, database: Session
) -> None:
    database.execute(update(Authorization).values(next_try_at=now()))
    database.commit()
    approver.follow(approver.get("kontroll"))
    consent, invitation = database.scalars(select(Consent)).one(), waiting.invitation
    to = Addressee(ANNA.email.upper(), "sv")
    outbox.post(database, LetterKind.RECEIPT, invitation, to, consent=consent)
    database.commit()
    assert len(keep(database)) == 1
    assert database.scalars(select(Promise)).one().told_at is not None


def test_the_mail_leads_back_to_the_same_step(waiting: Authorization, database: Session) -> None:
    end(database, waiting, Cause.WRONG_COMPANY)
    assert keep(database) == [(LetterKind.APPROVE_AGAIN, ANNA.email, "wrong_company")]
    letter = database.scalars(select(Letter).where(Letter.kind.in_(APPROVER))).one()
    secret = lifecycle.key_for_letter(database, letter, KeyPurpose.MAILED)
    database.flush()
    assert lifecycle.promised_key(database, letter) == waiting.key
    key = database.scalars(select(InvitationKey).where(InvitationKey.letter_id == letter.id)).one()
    assert secret
    assert key.step == waiting.key.step


def test_while_the_provider_is_away_nobody_is_sent_back_to_it(
    waiting: Authorization, database: Session
) -> None:
    end(database, waiting, Cause.STALE_CODE)
    pace = Pace(
        provider="visma",
        work=Work.CHECK,
        next_slot_at=now(),
        failures=AWAY_AFTER,
        failing_since=now(),
    )
    database.add(pace)
    database.commit()
    assert keep(database) == []
    pace.failures = 0
    database.commit()
    assert len(keep(database)) == 1


def test_a_fault_of_ours_is_told_once_another_has_come_through(
    waiting: Authorization, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    end(database, waiting, Cause.OUR_CONFIGURATION)
    assert keep(database) == []
    link = invite(visma_app, "Annat Bolag AB", "5599001087")
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve()
    assert keep(database) == [(LetterKind.APPROVE_AGAIN, ANNA.email, "our_configuration")]


def test_a_fault_of_ours_is_told_when_the_operator_says_so(
    waiting: Authorization, database: Session
) -> None:
    end(database, waiting, Cause.OUR_CONFIGURATION)
    assert promises.keep(database, mended=True) == 1
    assert promises.keep(database, mended=True) == 0
    assert told(database) == [(LetterKind.APPROVE_AGAIN, ANNA.email, "our_configuration")]


@pytest.mark.parametrize("cause", [Cause.STALE_CODE, Cause.OUR_CONFIGURATION])
def test_a_link_that_has_ended_is_told_instead(
    waiting: Authorization, database: Session, cause: Cause
) -> None:
    lifecycle.withdraw(database, waiting.invitation, None)
    end(database, waiting, cause)
    assert keep(database) == [(LetterKind.NO_NEED, ANNA.email, "withdrawn")]


def test_who_was_second_is_told_that_it_is_done_and_gets_no_receipt(
    waiting: Authorization, visma_app: Flask, visma: StandIn, database: Session, approver: Traveller
) -> None:
    other = Traveller.with_link(visma_app, visma, approver.link)
    other.go_straight().approve()
    end(database, waiting, Cause.ALREADY_CONNECTED)
    assert keep(database) == [(LetterKind.NO_NEED, ANNA.email, "finished")]


def test_who_is_trying_again_is_told_of_that_attempt(
    waiting: Authorization, approver: Traveller, visma: StandIn, database: Session
) -> None:
    end(database, waiting, Cause.STALE_CODE)
    wait(approver, visma, "companysettings")
    assert keep(database) == []
    newest = authorizations(database)[-1]
    assert database.scalars(select(Promise)).one().authorization_id == newest.id
    end(database, newest, Cause.STALE_CODE)
    assert keep(database) == [(LetterKind.APPROVE_AGAIN, ANNA.email, "stale_code")]


def test_what_an_older_window_brought_is_waited_for_too(
    approver: Traveller, visma: StandIn, database: Session, ask: Ask
) -> None:
    older = approver.go_straight().depart()
    wait(approver, visma, "token")
    newer = ask()
    callback = visma.approve(older, "Vera Välja", HERS)
    visma.fail("companysettings", "status", 503)
    approver.come_back(callback)
    end(database, newer, Cause.STALE_CODE)
    assert keep(database) == []
    [promise] = database.scalars(select(Promise))
    assert promise.authorization_id == authorizations(database)[0].id


def test_a_promise_goes_with_its_attempt(waiting: Authorization, database: Session) -> None:
    end(database, waiting, Cause.STALE_CODE)
    long_ago = now() - timedelta(days=100)
    database.execute(update(Authorization).values(created_at=long_ago, ended_at=long_ago))
    database.execute(update(Invitation).values(ended_at=long_ago))
    database.commit()
    database.delete(authorizations(database)[0])
    database.commit()
    assert database.scalars(select(Promise)).all() == []
