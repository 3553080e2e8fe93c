"""What the values of settings must be, each judged in the form it is kept: stripped, hosts in lower case."""

import base64
import binascii
import ipaddress
from contextlib import suppress
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from email_validator import EmailNotValidError, validate_email
from psycopg import pq
from pydantic import AfterValidator, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
OWN_PORTS = {"http": 80, "https": 443}
SHORTEST_KEY = 32  # characters


def host_of(url: str) -> str:
    """The host name of a URL, without the port; empty if there is none."""
    return urlsplit(url).hostname or ""


def site_of(url: str) -> str:
    """What a browser shows of a URL before the first slash: the host name, and a port of its own."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_https(address: str) -> bool:
    """Whether an address is https, however it is written: that is what production is known by."""
    return address.strip().lower().startswith("https:")


def web_address(value: str) -> str:
    """The address as browsers write it: scheme and host in lower case, no port that goes without saying."""
    parts = urlsplit(value.strip())
    odd = parts.query or parts.fragment or "@" in parts.netloc or not _is_port(parts)
    if parts.scheme not in OWN_PORTS or not parts.hostname or odd or " " in parts.netloc:
        raise ValueError("skriv en hel adress, som https://koppla.example.se")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("måste börja med https, utom för en adress på den egna datorn")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    own = parts.port in {None, OWN_PORTS[parts.scheme]}
    return parts._replace(netloc=host if own else f"{host}:{parts.port}").geturl().rstrip("/")


def mail_address(value: str) -> str:
    """The address as accounts and letters have it."""
    if not value.strip():
        return ""
    try:
        found = validate_email(value.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("är inte en adress som går att mejla till") from None
    return (found.ascii_email or found.normalized).lower()


def mail_addresses(value: str) -> str:
    """Addresses with spaces or commas between, as addresses with one space between."""
    return " ".join(mail_address(one) for one in value.replace(",", " ").split())


def sender(value: str) -> str:
    """The From address of letters, which may hold a name."""
    if value and not (value.isprintable() and "@" in parseaddr(value)[1]):
        raise ValueError("ska vara en mejladress, som guiden@example.se")
    return value


def database_address(value: str) -> str:
    """The address of a PostgreSQL as SQLAlchemy takes it; empty stays empty."""
    scheme, found, rest = value.strip().partition("://")
    if not found and not scheme:
        return ""
    address = f"postgresql+psycopg://{rest}"
    if not found or scheme.lower() not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError("ska vara en adress till PostgreSQL: postgresql://…")
    try:
        make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError("ska vara en adress till PostgreSQL: postgresql://…") from None
    return address


def goes_in_the_open(database_url: str) -> bool:
    """Whether a connection leaves this computer to a server that need not prove who it is.

    What the address does not say, libpq takes from PGHOST, PGSSLMODE and their kin.
    """
    if not database_url:
        return False
    url = make_url(database_url)
    said = url.get_dialect()().create_connect_args(url)[1]
    unsaid = {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val
    }
    known = {**unsaid, **said}
    if known.get("sslmode", "").strip().lower() == "verify-full":
        return False
    hosts = str(known.get("hostaddr") or known.get("host") or "").split(",")
    return "service" in known or not all(_is_here(host) for host in hosts)


def secret_keys(value: SecretStr) -> list[str]:
    """Keys that sign, separated by commas; raises ValueError if one is too short."""
    keys = [key.strip() for key in value.get_secret_value().split(",") if key.strip()]
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError(f"varje nyckel ska vara minst {SHORTEST_KEY} slumpade tecken")
    return keys


def token_key_ring(value: SecretStr) -> dict[str, bytes]:
    """The keys of WIZARD_TOKEN_KEYS by id, newest first; raises ValueError if one is malformed."""
    ring: dict[str, bytes] = {}
    for part in value.get_secret_value().split(","):
        name, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name.isalnum() or len(key) != 32:
            raise ValueError("varje nyckel skrivs <namn>:<base64 av 32 byte>, skilda med komma")
        if name in ring:  # one of them would be forgotten, with all that it has sealed
            raise ValueError(f"två nycklar heter {name}: ge den nya ett namn som ingen har haft")
        ring[name] = key
    return ring


def evidence_key_ring(value: SecretStr) -> dict[str, bytes]:
    """The keys of WIZARD_EVIDENCE_KEYS by id, newest first, none if it is empty; raises ValueError."""
    return token_key_ring(value) if value.get_secret_value().strip() else {}


def holds_one_repeated(field: str, value: SecretStr) -> bool:
    """Whether a key is one character or byte over and over: somebody's example, which all can guess."""
    rings = {"token_keys": token_key_ring, "evidence_keys": evidence_key_ring}
    keys = rings[field](value).values() if field in rings else secret_keys(value)
    return any(len(set(key)) == 1 for key in keys)


def _web_address_if_given(value: str) -> str:
    return web_address(value) if value.strip() else ""


def _any_address(value: SecretStr) -> SecretStr:
    """An address with whatever stands in it, since it is somebody's secret: Healthchecks', or another's."""
    text = value.get_secret_value().strip()
    parts = urlsplit(text)
    if text and (parts.scheme not in OWN_PORTS or not parts.hostname or not _is_port(parts)):
        raise ValueError("skriv en hel adress, som https://hc-ping.com/…")
    return SecretStr(text)


def _hosts(value: str) -> str:
    return " ".join(value.lower().split())


def _signing_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"ska vara minst {SHORTEST_KEY} slumpade tecken")
    return value


def _signing_keys(value: SecretStr) -> SecretStr:
    secret_keys(value)
    return value


def _token_keys(value: SecretStr) -> SecretStr:
    token_key_ring(value)
    return value


def _evidence_keys(value: SecretStr) -> SecretStr:
    evidence_key_ring(value)
    return value


WebAddressIfGiven = Annotated[str, AfterValidator(_web_address_if_given)]
AnyAddress = Annotated[SecretStr, AfterValidator(_any_address)]
Hosts = Annotated[str, AfterValidator(_hosts)]
SigningKey = Annotated[SecretStr, AfterValidator(_signing_key)]
SigningKeys = Annotated[SecretStr, AfterValidator(_signing_keys)]
EvidenceKeys = Annotated[SecretStr, AfterValidator(_evidence_keys)]
TokenKeys = Annotated[SecretStr, AfterValidator(_token_keys)]
WebAddress = Annotated[str, AfterValidator(web_address)]
MailAddress = Annotated[str, AfterValidator(mail_address)]
MailAddresses = Annotated[str, AfterValidator(mail_addresses)]
Sender = Annotated[str, AfterValidator(sender)]
DatabaseAddress = Annotated[str, AfterValidator(database_address)]


def _is_port(parts: SplitResult) -> bool:
    with suppress(ValueError):
        return parts.port is None or parts.port > 0
    return False


def _is_here(host: str) -> bool:
    """Whether a host of libpq is this computer: a socket's folder, or a loopback address."""
    host = host.strip().lower()
    if not host or host.startswith(("/", "@")) or host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
