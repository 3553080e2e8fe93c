"""The firm's contact is told of a new key to the API, and of one that ends soon."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.letters import check_letter
from tests.support.mail import Send
from tests.support.mail_server import MailServer, text_of
from wizard.models import Letter, LetterKind, Scope, now
from wizard.services.api import api_keys


def test_the_contact_is_told_of_a_new_key_and_once_of_its_end(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", cast.admin, scopes=[Scope.DOCUMENTS]).key
    old = api_keys.create(session, cast.firm, "Gammal", None).key
    old.expires_at = None  # made before keys had an end
    session.commit()
    assert api_keys.warn_of_ends(session) == 0
    key.expires_at = now() + timedelta(days=29)
    session.commit()
    assert [api_keys.warn_of_ends(session) for _ in range(2)] == [1, 0]
    send()
    posted = mail_server.to(cast.firm.contact_email)
    for letter in posted:
        check_letter(letter, "sv")
    letters = [text_of(letter) for letter in posted]
    told = [text for text in letters if "Analys" in text]
    assert len(told) == 2
    for text in told:
        assert cast.admin.name in text
        assert cast.admin.email in text
        assert "öppna dokument" in text
        assert "http://localhost/nycklar" in text
    assert [text for text in letters if "Gammal" in text and "med ett kommando" in text]


def test_a_warning_of_a_key_that_was_revoked_meanwhile_is_not_sent(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    key = api_keys.create(session, cast.firm, "Analys", None).key
    key.expires_at = now() + timedelta(days=29)
    session.commit()
    api_keys.warn_of_ends(session)
    api_keys.revoke(session, key.public_id, None)
    send()
    kinds = select(Letter.kind).where(Letter.sent_at.is_not(None))
    assert list(session.scalars(kinds)) == [LetterKind.KEY_CREATED]


def test_both_letters_are_whole_in_english(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    cast.admin.name = "Ada <b>Ek</b> & Co"
    key = api_keys.create(session, cast.firm, "Analys & mer", cast.admin, scopes=[*Scope]).key
    key.expires_at = now() + timedelta(days=29)
    api_keys.warn_of_ends(session)
    session.execute(update(Letter).values(language="en"))
    session.commit()
    send()
    posted = mail_server.to(cast.firm.contact_email)
    assert len(posted) == 2
    for letter in posted:
        words = "".join(check_letter(letter, "en").itertext())
        assert f"({cast.admin.email})\r\nLast day: " in text_of(letter)
        for text in (words, text_of(letter)):
            assert f"{cast.admin.name} ({cast.admin.email})" in text
            assert "Analys & mer" in text
            assert "sign the firm’s users in from the platform" in text
