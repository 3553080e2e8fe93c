"""Validation of receivers' URLs: https, and ports that receivers use."""

import unicodedata
from contextlib import suppress
from urllib.parse import SplitResult, quote, urlsplit

from wizard.net.addresses import Reach, reach_of

LONGEST = 500
HTTPS_PORT = 443
UNQUOTED = "%/:?@!$&'()*+,;=~-._"
FIRST_FREE_PORT = 1024  # lower ports belong to other services


class UrlInvalidError(ValueError):
    """Webhooks may not be sent to the URL; holds the code of the reason."""


def clean_url(text: str, *, local: bool) -> str:
    """The URL as it is stored: https, no user name or fragment, port 443 or above 1023.

    With ``local``, also a URL on this computer, with plain http. Raises UrlInvalidError.
    """
    url = text.strip()
    if len(url) > LONGEST or any(_is_odd(letter) for letter in url):
        raise UrlInvalidError("form")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:  # includes UnicodeError
        raise UrlInvalidError("form") from None
    if not host or "@" in parts.netloc or parts.fragment:
        raise UrlInvalidError("form")
    if parts.scheme != "https" and not (local and parts.scheme == "http" and _is_here(host)):
        raise UrlInvalidError("https")
    if port is not None and port != HTTPS_PORT and port < FIRST_FREE_PORT:
        raise UrlInvalidError("port")
    named = f"[{host}]" if ":" in host else host
    place = named if port is None else f"{named}:{port}"
    path, query = (quote(part, safe=UNQUOTED) for part in (parts.path or "/", parts.query))
    return SplitResult(parts.scheme, place, path, query, "").geturl()


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return reach_of(host) is Reach.THIS_COMPUTER
    return host == "localhost"


def _is_odd(letter: str) -> bool:
    return letter.isspace() or letter == "\\" or unicodedata.category(letter).startswith("C")
