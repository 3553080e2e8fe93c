"""The mail message of a letter: headers, parts, and a Message-ID that is the same in every attempt."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from wizard.mail.rendering import SERVICE, Words, framed, signature
from wizard.models import Letter, now
from wizard.plain_text import one_line
from wizard.services.letters.kinds import LETTERS

LONGEST_NAME = 100
# Characters with a meaning in an address list: Python's email package does not quote them when it
# folds long names, so that one sender would become several.
SPECIAL = re.compile(r'[,;:<>@()\[\]\\"]')


def envelop(letter: Letter, words: Words, sender: str, operator: str = "") -> EmailMessage:
    """The mail message; ``sender`` is the address that all our letters are sent from.

    To an approver it comes from her firm: its name is on top, and who runs the service beneath.
    """
    mailbox = parseaddr(sender)[1]
    message = EmailMessage()
    message["From"] = _address(sender_name(*LETTERS[letter.kind].sent_by(letter)), mailbox)
    message["To"] = _address(letter.recipient_name or "", letter.recipient)
    if (firm := letter.firm) and not letter.kind.tells_staff:
        reached = letter.invitation.company.to_call if letter.invitation else firm
        message["Reply-To"] = _address(reached.contact_name, reached.contact_email)
    message["Subject"] = words.subject
    message["Date"] = now()
    message["Message-ID"] = f"<{letter.public_id}@{mailbox.rpartition('@')[2]}>"
    if letter.kind.tells_staff or letter.kind.reminds:
        message["Auto-Submitted"] = "auto-generated"
    name = firm.name if firm and not letter.kind.tells_staff else ""
    signed = f"\n-- \n{signature(letter.language, operator)}\n" if name else ""
    message.set_content(words.text + signed, cte="quoted-printable")
    html = framed(words, letter.language, name, operator)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language  # last, otherwise it moves into the first part
    return message


def sender_name(*people: str | None) -> str:
    """The sender's display name: the person and the service."""
    named = " – ".join(name for name in (_name(person or "") for person in people) if name)
    return f"{named} via {SERVICE}" if named else SERVICE


def _address(name: str, mailbox: str) -> Address:
    return Address(display_name=_name(name), addr_spec=one_line(mailbox))


def _name(text: str) -> str:
    return one_line(SPECIAL.sub(" ", one_line(text)))[:LONGEST_NAME].strip()
