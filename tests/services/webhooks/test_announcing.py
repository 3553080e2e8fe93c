"""What happens to a firm is announced to its receivers, in the transaction in which it happens."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Receiver
from tests.support.transactions import Statements
from tests.support.webhooks import DeliverTo, Happen, Register, connect, waiting
from wizard.causes import Cause
from wizard.jobs.worker import work
from wizard.models import Connection, EventKind, KeyPurpose, LetterKind, WebhookType
from wizard.providers.base import ProviderError
from wizard.services.connection_status import disturb
from wizard.services.history import record
from wizard.services.invitations import lifecycle


def test_another_firms_events_never_come(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    with Receiver.start() as theirs:
        known, other = register(receiver, cast.firm), register(theirs, cast.other_firm)
        happen(1)
        foreign = connect(session, cast.other_company)
        record(session, EventKind.DISTURBED, connection=foreign)
        session.commit()
        deliver_to(known)
        deliver_to(other)
        assert [each.body["data"]["company_id"] for each in receiver.requests] == [
            cast.company.public_id
        ]
        assert [each.body["data"]["company_id"] for each in theirs.requests] == [
            cast.other_company.public_id
        ]


def test_a_receiver_is_told_only_what_it_asked_for(
    receiver: Receiver, register: Register, cast: Cast, happen: Happen, deliver_to: DeliverTo
) -> None:
    known = register(receiver, cast.firm, (WebhookType.CONNECTION_RESTORED,))
    happen(4)
    deliver_to(known)
    assert receiver.types == ["connection.restored"] * 2
    assert receiver.sequences == [1, 2]


def test_a_fault_of_ours_is_told_as_ours(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    connection: Connection,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    disturb(session, connection, ProviderError(Cause.OUR_CONFIGURATION))
    session.commit()
    deliver_to(known)
    (told,) = receiver.requests
    assert told.body["type"] == "connection.disturbed"
    assert (told.body["data"]["status"], told.body["data"]["move"]) == ("our_fault", "we")


def test_who_is_stuck_and_what_bounced_is_told_with_whose_move_it_is(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    for note in (LetterKind.INVITATION, LetterKind.STUCK):  # the latter is to staff
        record(session, EventKind.LETTER_BOUNCED, link.invitation, note=note.value)
        session.commit()
    record(session, EventKind.INVITATION_STUCK, link.invitation)
    session.commit()
    deliver_to(known)
    assert [
        (told.body["type"], told.body["data"]["status"], told.body["data"]["move"])
        for told in receiver.requests
    ] == [("invitation.bounced", "created", "firm"), ("invitation.stuck", "started", "firm")]


def test_a_change_of_move_alone_tells_nobody(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    deliver_to(known)
    assert receiver.requests == []


def test_without_a_receiver_an_event_costs_one_statement(
    session: Session, connection: Connection, statements: Callable[[], Statements]
) -> None:
    with statements() as sent:
        record(session, EventKind.DISTURBED, connection=connection)
        session.commit()
    assert len([statement for statement in sent if "webhook" in statement]) == 1
    with statements() as sent:
        record(session, EventKind.CHECKED_BY_HAND, connection=connection)
        session.commit()
    assert not [statement for statement in sent if "webhook" in statement]


def test_what_was_rolled_back_is_told_to_nobody(
    app: Flask,
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
) -> None:
    register(receiver, cast.firm)
    record(session, EventKind.DISTURBED, connection=connection)
    session.rollback()
    work(app, wait=False)
    assert receiver.requests == []


def test_events_of_two_transactions_at_once_wait_for_neither(
    app: Flask,
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    sessions = app.extensions["sessions"]
    with sessions() as first, sessions() as second:
        for each in (first, second):
            each.connection().exec_driver_sql("set local lock_timeout = '1s'")
            record(each, EventKind.DISTURBED, connection=connection)
            each.flush()
        second.commit()
        deliver_to(known)
        first.commit()
    deliver_to(known)
    assert receiver.sequences == [1, 2]


def test_four_hundred_at_once_cost_one_look_each_and_are_stored_in_lumps(
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
    statements: Callable[[], Statements],
) -> None:
    register(receiver, cast.firm)
    with statements() as sent:  # those of the queue, one for each, go by its own driver
        for _ in range(400):
            record(session, EventKind.DISTURBED, connection=connection)
        session.commit()
    assert len(sent) <= 400 + 20
    assert waiting(session) == 400
