"""Mail addresses as people paste them, and as they are stored."""

import re
import unicodedata
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from wizard.plain_text import one_line

NAMED = re.compile(r"<([^<>]*)>[\s;,.]*$")  # Anna Ek <anna@example.com>
MAILTO = re.compile(r"mailto:([^?]*).*", re.IGNORECASE)
AROUND = " ;,.:<>()[]'\"“”’"
FULL_STOPS = str.maketrans("。｡", "..")  # which browsers also read as a full stop in a host's name


class EmailInvalidError(ValueError):
    """Not a mail address."""


def pasted_email(text: str) -> str:
    """The address in what a mail program copies: a name before it, ``mailto:``, a sign after it."""
    line = unicodedata.normalize("NFKC", one_line(text)).translate(FULL_STOPS)
    named = NAMED.search(line)
    address = (named[1] if named else line).strip(AROUND)
    if link := MAILTO.fullmatch(address):
        address = one_line(unquote(link[1])).strip(AROUND)
    return re.sub(r" ?@ ?", "@", address)


def clean_email(text: str) -> str:
    """The address as stored, in lower case, of what somebody wrote or pasted; raises EmailInvalidError."""
    return exact_email(pasted_email(text))


def exact_email(text: str) -> str:
    """As clean_email, of a text that is nothing but the address."""
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,  # accepts the top-level domain .test (RFC 2606)
        )
    except EmailNotValidError:
        raise EmailInvalidError from None
    return (found.ascii_email or found.normalized).lower()
