"""The message around a letter's words: from whom, to whom, and the id that is the same at every try."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from wizard.mail.rendering import Words, framed, one_line
from wizard.models import Letter, LetterKind, now

SERVICE = "Kopplingsguiden"
LONGEST_NAME = 100
# What has a meaning of its own in an address list: when long names are folded, Python's email
# package forgets to quote them, and one sender becomes many.
SPECIAL = re.compile(r'[,;:<>@()\[\]\\"]')


def envelop(letter: Letter, words: Words, sender: str) -> EmailMessage:
    """The whole message; ``sender`` is the address that all our letters come from."""
    mailbox = parseaddr(sender)[1]
    message = EmailMessage()
    message["From"] = _address(_sender_name(letter), mailbox)
    message["To"] = _address(letter.recipient_name or "", letter.recipient)
    if (firm := letter.firm) and not letter.kind.tells_staff:
        message["Reply-To"] = _address(firm.contact_name, firm.contact_email)
    message["Subject"] = words.subject
    message["Date"] = now()
    message["Message-ID"] = f"<{letter.public_id}@{mailbox.rpartition('@')[2]}>"
    if letter.kind.tells_staff or letter.kind.reminds:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(framed(words, letter.language), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language  # last, or it moves into the first part
    return message


def sender_name(*people: str | None) -> str:
    """The name that a mail client shows: who asks, by way of whom."""
    named = " – ".join(name for name in (_name(person or "") for person in people) if name)
    return f"{named} via {SERVICE}" if named else SERVICE


def _sender_name(letter: Letter) -> str:
    if letter.kind.tells_staff or letter.firm is None:
        return SERVICE
    if letter.kind is LetterKind.HAND_OVER:
        return sender_name(letter.signed)
    if letter.kind is LetterKind.RECEIPT:
        return sender_name(letter.firm.name)
    invitation = letter.invitation
    sender = letter.made_by or (invitation.created_by if invitation else None)
    return sender_name(sender.name if sender else None, letter.firm.name)


def _address(name: str, mailbox: str) -> Address:
    return Address(display_name=_name(name), addr_spec=one_line(mailbox))


def _name(text: str) -> str:
    return one_line(SPECIAL.sub(" ", one_line(text)))[:LONGEST_NAME].strip()
