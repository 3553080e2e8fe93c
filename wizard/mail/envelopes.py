"""The mail message of a letter: headers, parts, and a Message-ID that is the same in every attempt."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from wizard.mail.rendering import SERVICE, Words, framed, signature
from wizard.models import Firm, Letter, now
from wizard.plain_text import one_line
from wizard.services.letters.kinds import LETTERS

LONGEST_NAME = 100
# Characters with a meaning in an address list: Python's email package does not quote them when it
# folds long names, so that one sender would become several.
SPECIAL = re.compile(r'[,;:<>@()\[\]\\"]')


def envelop(
    letter: Letter,
    words: Words,
    sender: str,
    operator: str = "",
    companions: Sequence[Letter] = (),
) -> EmailMessage:
    """The mail message; ``sender`` is the address that all our letters are sent from.

    To an approver it comes from her firm: its name is on top, and who runs the service beneath.
    Where it is about companies that several people look after, it comes from the firm alone.
    """
    mailbox = parseaddr(sender)[1]
    message = EmailMessage()
    message["From"] = _address(sender_name(*_sent_by(letter, companions)), mailbox)
    message["To"] = _address(letter.recipient_name or "", letter.recipient)
    if (firm := letter.firm) and not letter.kind.tells_staff:
        message["Reply-To"] = _reached([letter, *companions], firm)
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


def _sent_by(letter: Letter, companions: Sequence[Letter]) -> tuple[str | None, ...]:
    sent_by = LETTERS[letter.kind].sent_by
    every = {sent_by(one) for one in (letter, *companions)}
    return sent_by(letter) if len(every) == 1 else (letter.firm.name if letter.firm else None,)


def _reached(letters: Sequence[Letter], firm: Firm) -> Address:
    called = {one.invitation.company.to_call for one in letters if one.invitation}
    if len(called) == 1:
        (she,) = called
        return _address(she.contact_name, she.contact_email)
    return _address(firm.contact_name, firm.contact_email)


def _address(name: str, mailbox: str) -> Address:
    return Address(display_name=_name(name), addr_spec=one_line(mailbox))


def _name(text: str) -> str:
    return one_line(SPECIAL.sub(" ", one_line(text)))[:LONGEST_NAME].strip()
