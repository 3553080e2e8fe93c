"""Every letter in both languages: valid, complete, small, masked, and from whom it says it is."""

from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from tests.support.letters import check_letter
from tests.support.mail import Mail, Send
from tests.support.mail_server import (
    SENDER,
    MailServer,
    html_of,
    secret_of,
    text_of,
)
from wizard.config import ROOT
from wizard.mail.envelopes import envelop, sender_name
from wizard.mail.rendering import Words, framed
from wizard.models import (
    Firm,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    Reader,
    User,
)
from wizard.plain_text import one_line
from wizard.services import outbox
from wizard.services.invitations import lifecycle
from wizard.services.invitations.inviting import invite_to_renew
from wizard.services.outbox import Addressee, Language

LANGUAGES: tuple[Language, ...] = ("sv", "en")
OF_A_CONSENT = (
    LetterKind.RECEIPT,
    LetterKind.DISCONNECT_CODE,
    LetterKind.END_RECEIPT,
    LetterKind.INSIGHT_ASKED,
)
# The link to all that somebody approved is about no invitation: tests/services/consents.
ABOUT_INVITATIONS = [
    kind
    for kind in LetterKind
    if kind.to in {Reader.APPROVER, Reader.SENDER} and kind is not LetterKind.CONSENTS_LINK
]
LAST_DAY = date(2099, 1, 31)
TOPICS = {LetterKind.CAUSE_TOLD: "no_bookkeeping", LetterKind.CONSENT_ENDS: str(LAST_DAY)}
OWN = "Ring <mig> & säg 'hej'"


def post_every_kind(session: Session, cast: Cast, language: Language) -> None:
    """A letter of each kind in the outbox, to an address named after it."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    invitation = link.invitation
    connection = make_connection(session, link, consent_ends_on=LAST_DAY)
    consent = consent_for(session, invitation.id, connection.id)
    invitation.status = InvitationStatus.STARTED
    first: Letter | None = None
    for kind in ABOUT_INVITATIONS:
        letter = outbox.post(
            session,
            kind,
            invitation,
            Addressee(f"{kind.value}@example.com", language, "Anna Ek"),
            words=OWN,
            signed="Frida Fors",
            topic=TOPICS.get(kind),
            consent=consent if kind in OF_A_CONSENT else None,
            about=first if kind is LetterKind.BOUNCED else None,
        )
        first = first or letter
    session.commit()


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
        lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED),
    )
    renewal = invite_to_renew(session, cast.company, cast.owner, KeyPurpose.COPIED).invitation
    inviting = [kind for kind in ABOUT_INVITATIONS if kind.invites]
    for kind in inviting:
        to = Addressee(f"{kind.value}@example.com", language)
        outbox.post(session, kind, renewal, to, signed="Frida Fors")
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


def test_a_name_with_meaning_in_an_address_list_keeps_its_letters_only() -> None:
    assert sender_name('Ek, Olga <o@x.se>; "B"', None) == "Ek Olga o x.se B via Kopplingsguiden"


def test_a_letter_to_an_approver_has_her_firm_on_top_and_the_operator_beneath() -> None:
    firm = Firm(name="Lind & Berg", contact_name="M", contact_email="m@example.com")
    for kind, named in ((LetterKind.INVITATION, True), (LetterKind.STUCK, False)):
        letter = Letter(
            kind=kind, public_id="id", recipient="a@example.com", language="en", firm=firm
        )
        if kind is LetterKind.INVITATION:
            letter.made_by = User(name="Maria")
        words = Words("Hej", "Hej\n", Markup("<p>Hej</p>"))
        message = envelop(letter, words, SENDER, "Driften AB")
        text, html = (part.get_content() for part in message.iter_parts())
        assert ("-- \nKopplingsguiden, run by Driften AB" in text) is named
        assert ("Kopplingsguiden, run by Driften AB" in html) is named
        assert (">Lind &amp; Berg</p>" in html) is named


def test_letters_have_the_colours_of_pages_by_their_digits() -> None:
    body = Markup('<p class="l-heading">Hej</p><a class="l-button">Öppna</a>')
    letter = framed(Words("Hej", "Hej\n", body), "sv")
    light, _, dark = (ROOT / "static/css/app.css").read_text("utf-8").partition("@media")
    ink, green = (light.partition(f"--{name}: ")[2][:7] for name in ("ink", "green"))
    assert f"color: {ink}" in letter
    assert f"color: {green}" in letter
    assert "color: #ffffff" in letter  # in full, of --on-green, which the sheet has in short
    assert f"color: {dark.partition('--ink: ')[2][:7]} !important" in letter
    assert "var(" not in letter


@pytest.mark.parametrize("kind", [kind for kind in ABOUT_INVITATIONS if kind.to is Reader.APPROVER])
def test_a_bounce_says_what_did_not_arrive_and_what_helps(
    session: Session, cast: Cast, send: Send, mail_server: MailServer, kind: LetterKind
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    to = Addressee("anna@example.com", "sv")
    about = outbox.post(session, kind, link.invitation, to, signed="Frida")
    about.status = LetterStatus.BOUNCED
    outbox.post_to_sender(session, LetterKind.BOUNCED, link.invitation, about=about)
    session.commit()
    send()
    (letter,) = mail_server.to(cast.owner.email)
    words = " ".join(text_of(letter).split())
    assert "för att du är ansvarig för företaget eller bjöd in" in words
    again = kind.invites and kind not in {LetterKind.HAND_OVER, LetterKind.APPROVE_AGAIN}
    assert ("skicka inbjudan igen" in words) == again


def test_whom_a_letter_reaches_instead_of_the_sender_is_told_why(
    session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    link = lifecycle.activate(session, cast.company, "visma", None, KeyPurpose.COMMAND)
    outbox.post_to_sender(session, LetterKind.DONE, link.invitation)
    session.commit()
    send()
    (letter,) = mail_server.to(cast.firm.contact_email)
    words = " ".join(text_of(letter).split())
    assert f"du är kontaktperson för {cast.firm.name}" in words
