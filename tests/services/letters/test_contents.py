"""Letters about an invitation are told who asks, of whom, and where to go; a preview gets no link."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from wizard.models import (
    Actor,
    Authorization,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterKind,
    Step,
)
from wizard.services import outbox
from wizard.services.connections.disconnection import disconnect
from wizard.services.invitations import lifecycle, visits
from wizard.services.invitations.lifecycle import Link
from wizard.services.letters import contents
from wizard.services.letters.draft import Draft
from wizard.services.letters.links import Addresses
from wizard.services.outbox import Addressee
from wizard.wiring.addresses import for_letters

ANNA = Addressee("anna@example.com", "sv", "Anna Ek")


@pytest.fixture
def addresses(app: Flask) -> Iterator[Addresses]:
    """How addresses are made here."""
    with app.app_context():
        yield for_letters()


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    """A link to the company's invitation, which the owner made."""
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def letter(session: Session, kind: LetterKind, invitation: Invitation, **facts: object) -> Letter:
    """A letter of this kind to Anna."""
    return outbox.post(session, kind, invitation, ANNA, **facts)  # type: ignore[arg-type]


def key_of(session: Session, link: Link) -> InvitationKey:
    """The row of a link."""
    found = visits.find_key(session, link.secret)
    assert found
    return found


def test_a_preview_says_all_that_the_letter_will_say_but_its_link(
    session: Session, cast: Cast, link: Link, addresses: Addresses
) -> None:
    shown = contents.inviting_facts(link.invitation, cast.owner, addresses, ANNA, "Hej!")
    assert shown["link"] is None
    posted = letter(session, LetterKind.INVITATION, link.invitation, staff=cast.owner, words="Hej!")
    draft = Draft(session, posted, addresses, "a-secret")
    told = contents.invitation_facts(draft) | contents.link(draft)
    assert told.pop("link") == f"{shown['link_begins']}a-secret"
    assert told == {name: fact for name, fact in shown.items() if name != "link"}


def test_without_a_sender_the_firm_asks(session: Session, cast: Cast, addresses: Addresses) -> None:
    made = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COPIED)
    told = contents.inviting_facts(made.invitation, None, addresses, ANNA, None)
    assert (told["sender"], told["asker"]) == (None, "Byrån AB")


def test_a_letter_without_a_key_holds_no_link(
    session: Session, link: Link, addresses: Addresses
) -> None:
    draft = Draft(session, letter(session, LetterKind.DONE, link.invitation), addresses, None)
    assert contents.link(draft) == {}
    assert contents.receipt(draft) == {}
    assert contents.disconnect_code(draft) == {"disconnect_code": ""}


def test_a_receipt_tells_what_was_read_and_leads_back_to_itself(
    session: Session, link: Link, addresses: Addresses
) -> None:
    connection = make_connection(session, link)
    consent = consent_for(session, link.invitation.id, connection.id)
    posted = letter(session, LetterKind.RECEIPT, link.invitation, consent=consent)
    told = contents.receipt(Draft(session, posted, addresses, "a-secret"))
    assert told["consent"] is consent
    assert told["receipt"] == {"proof": "document", "proof_voucher": "A12"}
    assert told["link"] == addresses.receipt("a-secret")


def test_a_standstill_is_the_furthest_step_with_the_cure_of_what_stopped_her(
    session: Session, link: Link, addresses: Addresses
) -> None:
    key = key_of(session, link)
    visits.go_straight(session, key)
    lifecycle.show_link(session, link.invitation, None)  # another device, at the beginning
    session.add(
        Authorization(
            invitation_id=link.invitation.id,
            key_id=key.id,
            state_hash=b"s" * 32,
            browser_hash=b"b" * 32,
            cause="wrong_company",
        )
    )
    session.commit()
    posted = letter(session, LetterKind.STUCK, link.invitation)
    told = contents.standstill(Draft(session, posted, addresses, None))
    assert (told["step"], told["cause"]) == (Step.APPROVE, "wrong_company")
    assert told["cure"].startswith("http://localhost/hjalp/")


def test_an_end_is_that_of_the_connection_the_invitation_led_to(
    session: Session, cast: Cast, link: Link, addresses: Addresses
) -> None:
    posted = letter(session, LetterKind.DISCONNECTED, link.invitation)
    draft = Draft(session, posted, addresses, None)
    assert contents.ending(draft) == {"ending": None}
    connection = make_connection(session, link)
    disconnect(session, connection, staff=cast.owner, actor=Actor.STAFF)
    assert contents.ending(draft)["ending"].by == "firm"
