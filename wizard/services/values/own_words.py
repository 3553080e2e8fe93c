"""What people may write into somebody else's letter or page: their words, and no way to lead her astray.

Mail programs make a link of everything that looks like the name of a host, so that a line of a
stranger's would be a link of ours. Names are judged by the public suffix list, which browsers go by.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self

from publicsuffixlist import PublicSuffixList

from wizard.plain_text import one_line
from wizard.services.values.names import clean_name

FULL_STOPS = str.maketrans("。｡", "..")  # which browsers also read as a full stop in a host's name
# A label is what stands between full stops: anything but white space and the signs that end a name.
LABEL = r"[^\s.,;:!?/\\@()<>\[\]{}\"'“”„’‘«»|&=#%*+–—…·]+"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+")
SCHEME = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.\S")
WEB = re.compile(r"(?i)https?://")
LAST = re.compile(r"[^\W_]+")  # of the last label what a mail program takes: app of app-x
ADDRESS = re.compile(r"[\w.+-]+@$")
# A full stop between a lower-case letter and a capital, in a word that is no address: förhand.Se
NO_SPACE = re.compile(r"(?<=[a-zà-öø-ÿ])\.(?=[A-ZÀ-ÖØ-Þ])")
# What turns the direction of reading, and what controls a machine; not the white space of lines.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# Legal forms, beside which a host's name is the name of a company: Lampgallerian.se AB.
FORMS = r"(?:AB|HB|KB|Aktiebolag|Handelsbolag|Kommanditbolag|AS|ASA|ApS|Oy|Ltd|GmbH|BV|Inc)"
# Short forms that end as a country's names do: org.nr, 10.kr.
SHORT = re.compile(
    r"(?i)(?:(?:org|pers|person|tel|kund|faktura|ver|art|reg|momsreg|konto|ref)\.nr"
    r"|[\d.]+\.(?:kr|st|mm|km|kg|pm))"
)
# Where anybody has an address: the host of one of these is nobody's own.
SHARED = {
    "bredband2.com", "gmail.com", "googlemail.com", "hotmail.com", "hotmail.se", "icloud.com",
    "live.com", "live.se", "me.com", "msn.com", "outlook.com", "outlook.se", "proton.me",
    "protonmail.com", "spray.se", "swipnet.se", "tele2.se", "telia.com", "yahoo.com", "yahoo.se",
}  # fmt: skip


class WordsUnfairError(ValueError):
    """The words may not stand in somebody else's letter or page."""


class AddressInWordsError(WordsUnfairError):
    """They hold an address or the name of a host: ``found``, as it was written."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class HiddenCharacterError(WordsUnfairError):
    """They hold a character that turns the direction of reading, or that controls a machine."""


@dataclass(frozen=True)
class Own:
    """What a writer may name though it is an address: mail addresses and hosts of her own firm."""

    addresses: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *emails: str | None) -> Self:
        """These mail addresses, and their hosts where not everybody has one."""
        addresses = frozenset(email.casefold() for email in emails if email)
        hosts = frozenset(_site(address.rpartition("@")[2]) for address in addresses)
        return cls(addresses, frozenset(hosts - SHARED - {""}))

    def has(self, host: str) -> bool:
        """True for a host of the firm's, or one beneath it."""
        return _site(host) in self.hosts


NOTHING = Own()


def fair_words(text: str | None, own: Own = NOTHING) -> str:
    """What somebody wrote, on one line and rightly spaced; empty for nothing. Raises WordsUnfairError."""
    written = text or ""
    if UNSEEN.search(written):
        raise HiddenCharacterError
    line = spaced(one_line(written))
    if found := next(_addresses(line, own), None):
        raise AddressInWordsError(found)
    return line


def fair_name(text: str | None, own: Own = NOTHING) -> str:
    """The name of a person or firm, as clean_name gives it. Raises NameInvalidError or WordsUnfairError."""
    return clean_name(fair_words(clean_name(text or "") and text, own))


def company_name(text: str | None) -> str:
    """The name of a company; one may be a host's with a legal form beside it: Lampgallerian.se AB.

    Raises NameInvalidError or WordsUnfairError.
    """
    name = clean_name(text or "")
    registered = re.sub(rf"{HOST.pattern} (?={FORMS}\b)|(?<=\bAB ){HOST.pattern}", "", name)
    if registered == name:
        return fair_name(text)
    fair_words(text and registered)
    return name


def spaced(line: str) -> str:
    """The line with a space after each full stop that lacks one: förhand. Se, and not förhand.Se."""
    return " ".join(
        word if re.search(r"[@/\\]", word) else NO_SPACE.sub(". ", word) for word in line.split()
    )


def without_links(line: str) -> str:
    """A line from outside that cannot be refused, such as a name at a provider, without what becomes a link."""
    while found := next(_addresses(line, NOTHING), None):
        apart = re.sub(r"(?:[.:]|(?i:www\.))(?=\S)", lambda sign: f"{sign[0]} ", found)
        line = _plain(line).replace(found, apart)
    return line


def _addresses(line: str, own: Own) -> Iterator[str]:
    """What a mail program would make a link of, but for the firm's own."""
    for word in _plain(line).split():
        hosts = [found for found in HOST.finditer(word) if _is_host(found[0])]
        if hosts and all(_is_own(word, host, own) for host in hosts):
            continue
        if scheme := SCHEME.search(word):
            yield word[scheme.start() :]
        elif hosts:
            yield hosts[0][0]


def _plain(line: str) -> str:
    return unicodedata.normalize("NFKC", line).translate(FULL_STOPS)


def _is_own(word: str, found: re.Match[str], own: Own) -> bool:
    before = word[: found.start()]
    if before.endswith("@"):
        name = ADDRESS.search(before)
        return (
            own.has(found[0]) or f"{name[0] if name else ''}{found[0]}".casefold() in own.addresses
        )
    rest = WEB.sub("", before)
    return own.has(found[0]) and "/" not in rest and "@" not in word


def _is_host(text: str) -> bool:
    if SHORT.fullmatch(text):
        return False
    try:
        return bool(ipaddress.IPv4Address(text))
    except ValueError:
        last = LAST.match(text.rpartition(".")[2])
        whole = f"{text.rpartition('.')[0]}.{last[0] if last else ''}".casefold()
        return any(_list().publicsuffix(name) for name in (text.casefold(), whole))


def _site(host: str) -> str:
    """What somebody has registered: byran.se of www.byran.se."""
    return _list().privatesuffix(host.casefold()) or host.casefold()


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
