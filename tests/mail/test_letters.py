"""Every letter in both languages: valid, complete, small, masked, and from whom it says it is."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.connections import make_connection
from tests.letters import SENDER, MailServer, html_of, secret_of, text_of
from tests.mail.conftest import Mail, Send
from wizard.config import ROOT
from wizard.mail.envelopes import envelop, sender_name
from wizard.mail.rendering import Words, one_line
from wizard.models import (
    Authorization,
    Consent,
    Firm,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    User,
)
from wizard.services import invitations, letters
from wizard.services.inviting import invite_to_renew
from wizard.services.letters import Addressee, Language
from wizard.services.organisation_numbers import masked

LARGEST = 20_000
LANGUAGES: tuple[Language, ...] = ("sv", "en")
OF_A_CONSENT = (LetterKind.RECEIPT, LetterKind.DISCONNECT_CODE, LetterKind.END_RECEIPT)
ABOUT_INVITATIONS = [kind for kind in LetterKind if kind.about_invitation]
OWN = "Ring <mig> & säg 'hej'"


def post_every_kind(session: Session, cast: Cast, language: Language) -> None:
    """A letter of each kind in the outbox, to an address named after it."""
    link = invitations.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    invitation = link.invitation
    consent = consent_for(session, invitation.id, make_connection(session, link).id)
    invitation.status = InvitationStatus.STARTED
    first: Letter | None = None
    for kind in ABOUT_INVITATIONS:
        letter = letters.post(
            session,
            kind,
            invitation,
            Addressee(f"{kind.value}@example.com", language, "Anna Ek"),
            words=OWN,
            signed="Frida Fors",
            consent=consent if kind in OF_A_CONSENT else None,
            about=first if kind is LetterKind.BOUNCED else None,
        )
        first = first or letter
    session.commit()


def consent_for(session: Session, invitation_id: int, connection_id: int) -> Consent:
    """A consent as the road leaves it."""
    trip = Authorization(
        invitation_id=invitation_id,
        key_id=session.scalars(select(InvitationKey.id)).first(),
        state_hash=b"s" * 32,
        browser_hash=b"b" * 32,
        cause="wrong_company",
    )
    session.add(trip)
    session.flush()
    consent = Consent(
        connection_id=connection_id,
        authorization_id=trip.id,
        firm_name="Byrån AB",
        company_name="Anna Eks enskilda firma",
        organisation_number="8001011231",
        provider="visma",
        scopes="",
        wording="",
        approver_name="Frida Fors",
    )
    session.add(consent)
    session.flush()
    return consent


def check_letter(letter: EmailMessage, language: str) -> Element:
    """Valid HTML in its language, with nothing from afar and no class without its style."""
    html = html_of(letter)
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    assert tree.get("lang") == language
    assert len(html.encode()) < LARGEST
    for element in tree.iter():
        assert element.tag not in {"img", "script", "link", "iframe", "form", "object"}
        if element.get("class"):
            assert element.get("style"), element.attrib
    for text in (html, text_of(letter), str(letter["Subject"])):
        assert "{{" not in text
        assert "None" not in text
        assert "Undefined" not in text
    return tree


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_whole_in_both_languages(
    session: Session, cast: Cast, send: Send, mail_server: MailServer, language: Language
) -> None:
    post_every_kind(session, cast, language)
    send()
    assert len(mail_server.letters) == len(ABOUT_INVITATIONS)
    for kind in ABOUT_INVITATIONS:
        (letter,) = mail_server.to(f"{kind.value}@example.com")
        tree = check_letter(letter, language)
        assert letter["Content-Language"] == language
        assert letter["Message-ID"]
        company = "Anna Eks enskilda firma" if kind is LetterKind.RECEIPT else cast.company.name
        for words in (text_of(letter), "".join(tree.itertext())):
            assert company in words
        if kind.invites:
            hrefs = [link.get("href", "") for link in tree.iter("a")]
            assert f"http://localhost{secret_of(letter)}" in hrefs
            for said in ("http://localhost/k/", "Britta Berg", "08-123 45 67", "5591234561"[:6]):
                assert said in text_of(letter)
        else:
            assert "/k/" not in text_of(letter)


@pytest.mark.parametrize(("language", "said"), [("sv", "förny"), ("en", "renew")])
def test_all_that_leads_to_a_renewal_says_so(
    session: Session,
    cast: Cast,
    send: Send,
    mail_server: MailServer,
    language: Language,
    said: str,
) -> None:
    make_connection(
        session,
        invitations.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED),
    )
    renewal = invite_to_renew(session, cast.company, cast.owner, KeyPurpose.COPIED).invitation
    inviting = [kind for kind in ABOUT_INVITATIONS if kind.invites]
    for kind in inviting:
        to = Addressee(f"{kind.value}@example.com", language)
        letters.post(session, kind, renewal, to, signed="Frida Fors")
    session.commit()
    send()
    for kind in inviting:
        (letter,) = mail_server.to(f"{kind.value}@example.com")
        for words in (text_of(letter), html_of(letter)):
            assert said in words
            for first_time in ("godkänna en koppling", "approve a connection", "fem minuter"):
                assert first_time not in words


def test_a_sole_traders_number_is_masked_and_no_letter_has_it_in_full(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    cast.company.organisation_number = "8001011231"
    post_every_kind(session, cast, "sv")
    send()
    for letter in mail_server.letters:
        for words in (text_of(letter), html_of(letter)):
            assert "19800101-****" in words or "nummer" not in words
            assert "1231" not in words.replace("localhost", "")


def test_what_a_person_wrote_stands_as_text(
    mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail(words=OWN)
    send()
    (letter,) = mail_server.letters
    assert OWN in text_of(letter)
    assert "Ring &lt;mig&gt; &amp; säg" in html_of(letter)


def test_a_letter_says_who_asks_and_answers_go_to_the_firm(
    mail: Mail, send: Send, mail_server: MailServer
) -> None:
    mail()
    send()
    (letter,) = mail_server.letters
    assert letter["From"].addresses[0].display_name == "Olga Ek – Byrån AB via Kopplingsguiden"
    assert letter["From"].addresses[0].addr_spec == SENDER
    assert letter["Reply-To"].addresses[0].addr_spec == "britta@example.com"
    assert letter["To"].addresses[0].addr_spec == "anna@example.com"
    assert "Auto-Submitted" not in letter


ANYTHING = st.text(max_size=300) | st.from_regex(r"[\w ,;:<>@\r\n\"]{0,200}", fullmatch=True)


@settings(max_examples=300, deadline=None)
@given(name=ANYTHING, firm=ANYTHING, subject=ANYTHING, to_name=ANYTHING)
def test_nobody_can_write_headers_of_her_own(
    name: str, firm: str, subject: str, to_name: str
) -> None:
    letter = Letter(
        kind=LetterKind.HAND_OVER,
        public_id="id",
        recipient="anna@example.com",
        recipient_name=to_name,
        signed=name,
        language="sv",
        firm=Firm(name=firm, contact_name=firm, contact_email="britta@example.com"),
    )
    message = envelop(letter, Words(one_line(subject), "Hej\n", ""), SENDER)  # type: ignore[arg-type]
    plain = EmailMessage()
    for header in message:
        plain[header] = "x"
    back = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert [header.lower() for header in back] == [header.lower() for header in message]
    for header, address in (
        ("From", SENDER),
        ("To", "anna@example.com"),
        ("Reply-To", "britta@example.com"),
    ):
        assert [found.addr_spec for found in back[header].addresses] == [address]


@pytest.mark.parametrize(
    "words", ["Se https://ond.example", "www.ond.example", "ond.se/x", "x" * 301]
)
def test_nobody_elses_links_go_in_our_letters(words: str) -> None:
    with pytest.raises(letters.WordsInvalidError):
        letters.clean_words(words)


def test_a_name_with_meaning_in_an_address_list_keeps_its_letters_only() -> None:
    assert sender_name('Ek, Olga <o@x.se>; "B"', None) == "Ek Olga o x.se B via Kopplingsguiden"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_texts(language: str) -> None:
    folder = ROOT / "templates/letters" / language
    for kind in LetterKind:
        assert (folder / f"{kind.value}.html").exists(), kind
        assert (folder / f"{kind.value}.txt").exists(), kind


def test_numbers_are_masked_by_the_century_they_belong_to() -> None:
    assert masked("0501011234").startswith("2005")
    assert masked("5591234561") == "559123-4561"


def test_a_sender_who_has_left_is_replaced_by_her_firm(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast, app: Flask
) -> None:
    invitation = mail()
    session.get_one(User, cast.owner.id).active = False
    session.commit()
    invitations.decline(session, invitation, "")
    send()
    assert len(mail_server.to("britta@example.com")) == 1
    assert mail_server.to(cast.owner.email) == []
