"""A draft holds the one copy of its letter's secret, and does not tell it."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.mail import Mail
from wizard.models import Letter, LetterKind
from wizard.services.letters import dispatch
from wizard.services.letters.draft import Draft
from wizard.services.letters.kinds import facts_of
from wizard.wiring.addresses import for_letters


def test_a_drafts_secret_is_in_its_letter_and_in_nothing_that_is_logged(
    app: Flask, session: Session, mail: Mail
) -> None:
    mail()
    [letter_id] = session.scalars(select(Letter.id).where(Letter.kind == LetterKind.INVITATION))
    taken = dispatch.take_up(session, letter_id)
    assert taken
    assert taken.secret
    with app.test_request_context():
        draft = Draft(session, taken.letter, for_letters(), taken.secret)
        assert facts_of(draft)["link"].endswith(taken.secret)
    assert taken.secret not in repr(draft)
    assert taken.secret not in repr(taken)
