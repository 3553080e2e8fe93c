"""Which addresses may be connected to: those of the internet, and never one of an inner network.

The one judgement for every host that somebody else has named, whatever its name says.
"""

import ipaddress
import socket
from enum import Flag, auto
from queue import Empty, SimpleQueue
from threading import Thread

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not the internet's, though Python takes them for that in some of its versions.
INNER = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # the inside of Azure
            "192.0.0.0/24",  # assigned to protocols; the inside of Oracle's cloud
            "192.88.99.0/24",  # relays of 6to4
            "2001::/23",  # assigned to protocols, Teredo among them
            "2002::/16",  # 6to4: an IPv4 address within, which is the one reached
            "3fff::/20",  # documentation
        ),
    )
)


class Reach(Flag):
    """Kinds of addresses that may be connected to; an inner address is of no kind."""

    INTERNET = auto()
    THIS_COMPUTER = auto()


class UnreachableError(Exception):
    """There is no address to connect to."""


class NameUnknownError(UnreachableError):
    """A name leads to no address."""


class NameTooSlowError(UnreachableError):
    """A name was not looked up in time."""


class InnerAddressError(UnreachableError):
    """A name leads to an address that may not be connected to."""


def resolve(host: str, port: int, *, seconds: float, reach: Reach) -> list[str]:
    """The addresses of a host, all of them within reach; UnreachableError otherwise.

    Whoever connects must connect to these: asked again, the name may say something else.
    """
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
    Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise NameTooSlowError from None
    if isinstance(found, OSError) or not found:
        raise NameUnknownError
    if not all(reach_of(address) & reach for address in found):
        raise InnerAddressError
    return list(dict.fromkeys(found))


def reach_of(text: str) -> Reach:
    """What kind an address is of, also where an IPv4 address hides in an IPv6 one; ValueError if it is none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:  # the translator connects, and this computer is not the same to it
            translated = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
            return _reach_of(translated) & Reach.INTERNET
        address = address.ipv4_mapped or address
    return _reach_of(address)


def _reach_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Reach:
    if address.is_loopback:
        return Reach.THIS_COMPUTER
    is_assigned = address.version == 4 or address in GLOBAL_UNICAST
    is_inner = address.is_multicast or any(address in network for network in INNER)
    return Reach.INTERNET if address.is_global and is_assigned and not is_inner else Reach(0)


def _look_up(host: str, port: int, answers: "SimpleQueue[list[str] | OSError]") -> None:
    """In a thread of its own, since nothing else can be done about a resolver that does not answer."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([str(line[4][0]) for line in found])
    except OSError as error:
        answers.put(error)
    except UnicodeError:
        answers.put([])
