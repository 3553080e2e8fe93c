"""Where webhooks may go: https, and never to an address of an inner network, whatever its name says."""

import ipaddress
import socket
import unicodedata
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, quote, urlsplit

from wizard.models import WebhookOutcome

LONGEST = 500
HTTPS_PORT = 443
UNQUOTED = "%/:?@!$&'()*+,;=~-._"
FIRST_FREE_PORT = 1024  # below it other services than receivers of webhooks live
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
INNER = (  # what Python takes for the internet's, and is not
    ipaddress.ip_network("192.0.0.0/24"),  # of protocols; the inside of Oracle's cloud
    ipaddress.ip_network("168.63.129.16/32"),  # the inside of Azure
)


class UrlInvalidError(ValueError):
    """Not an address that webhooks may be sent to; says in a word what is wrong with it."""


class NowhereError(Exception):
    """There is no address to connect to."""

    def __init__(self, outcome: WebhookOutcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def clean_url(text: str, *, local: bool) -> str:
    """The address as it is kept: https, no user name or fragment, port 443 or above 1023.

    With ``local``, also an address on this computer and plain http to it. Raises UrlInvalidError.
    """
    url = text.strip()
    if len(url) > LONGEST or any(_is_odd(letter) for letter in url):
        raise UrlInvalidError("form")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:  # of which UnicodeError is one
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


def resolve(host: str, port: int, seconds: float, *, local: bool) -> list[str]:
    """The addresses of a host, all of them public; NowhereError otherwise, or when it takes too long.

    Whoever connects must connect to these: asked again, the name may say something else.
    """
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
    Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise NowhereError(WebhookOutcome.TOO_SLOW) from None
    if isinstance(found, OSError) or not found:
        raise NowhereError(WebhookOutcome.NAME_UNKNOWN)
    if not all(is_public(address) or (local and _is_loopback(address)) for address in found):
        raise NowhereError(WebhookOutcome.PRIVATE_ADDRESS)
    return found


def is_public(text: str) -> bool:
    """Whether an address is one of the internet's, also where an IPv4 address hides in an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address in NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address not in GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    is_inner = address.is_multicast or any(address in network for network in INNER)
    return address.is_global and not is_inner


def _look_up(host: str, port: int, answers: "SimpleQueue[list[str] | OSError]") -> None:
    """In a thread of its own, since nothing else can be done about a resolver that does not answer."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([str(line[4][0]) for line in found])
    except OSError as error:
        answers.put(error)
    except UnicodeError:
        answers.put([])


def _is_here(host: str) -> bool:
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _is_odd(letter: str) -> bool:
    return letter.isspace() or letter == "\\" or unicodedata.category(letter).startswith("C")
