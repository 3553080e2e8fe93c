"""What letters about accounts are told."""

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Letter, LetterKind
from wizard.services.accounts import account_links
from wizard.services.letters import account_contents
from wizard.services.letters.draft import Draft
from wizard.wiring.addresses import for_letters


def test_a_letter_knows_its_owner_by_the_address_and_who_asked(
    app: Flask, session: Session, cast: Cast
) -> None:
    letter = Letter(
        kind=LetterKind.PASSWORD_RESET, recipient=cast.owner.email, topic=account_links.FORGOTTEN
    )
    with app.app_context():
        told = account_contents.link(Draft(session, letter, for_letters(), "hemlig"))
    assert (told["to_name"], told["asked"], told["sender"]) == ("Olga Ek", True, None)
    assert told["link"] == "http://localhost/losenord/hemlig"
    letter.topic, letter.made_by = None, cast.admin
    with app.app_context():
        told = account_contents.link(Draft(session, letter, for_letters(), "hemlig"))
    assert (told["asked"], told["sender"]) == (False, "Adam Al")
