"""The ports to use, checked before anything is started."""

import errno
import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wizard.demo.errors import DemoError

WEB, SANDBOX, POSTBOX = 8000, 8001, 8002
# Linux takes those of outgoing connections from 32,768 (net.ipv4.ip_local_port_range).
CHOSEN = range(20_000, 32_768)
# Ports that browsers refuse to open: "bad port" in https://fetch.spec.whatwg.org/#port-blocking.
REFUSED_BY_BROWSERS = frozenset(
    [
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161),
        *(179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563),
        *(587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060),
        *(5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    ]
)
FAMILIES = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@dataclass(frozen=True)
class Ports:
    """The ports of the wizard, and of the stand-in and the postbox if they are started."""

    web: int
    web_hosts: tuple[str, ...]
    sandbox: int | None
    postbox: int | None = None
    postbox_smtp: int | None = None


def read_ports(environment: Mapping[str, str], *, sandbox: bool, postbox: bool = False) -> Ports:
    """PORT, SANDBOX_PORT and POSTBOX_PORT, or their defaults; raises DemoError if one will not do."""
    web = _read(environment, "PORT", WEB)
    beside = _read(environment, "SANDBOX_PORT", SANDBOX if web != SANDBOX else SANDBOX + 1)
    if sandbox and web == beside:
        message = f"PORT och SANDBOX_PORT är båda {web}. Välj två olika portar."
        raise DemoError(message)
    hosts = tuple(host for host in FAMILIES if _is_free("PORT", web, host))
    if sandbox:
        _is_free("SANDBOX_PORT", beside, "127.0.0.1")
    ports = Ports(web, hosts, beside if sandbox else None)
    return _with_postbox(environment, ports) if postbox else ports


def _with_postbox(environment: Mapping[str, str], ports: Ports) -> Ports:
    """The postbox's two ports: for its pages (given or chosen) and for SMTP (chosen)."""
    port = _read(environment, "POSTBOX_PORT", POSTBOX)
    if environment.get("POSTBOX_PORT", "").strip():
        if port in {ports.web, ports.sandbox}:
            message = f"POSTBOX_PORT är {port}, som redan används av ett annat av våra program."
            raise DemoError(message)
        _is_free("POSTBOX_PORT", port, "127.0.0.1")
    elif port in {ports.web, ports.sandbox} or not _is_quietly_free(port):
        port = _any_port()
    return replace(ports, postbox=port, postbox_smtp=_any_port())


def _is_quietly_free(port: int) -> bool:
    try:
        return _is_free("POSTBOX_PORT", port, "127.0.0.1")
    except DemoError:
        return False


def _any_port() -> int:
    """A free port; none that the kernel hands out, which could be gone before it is used."""
    for port in random.sample(CHOSEN, len(CHOSEN)):
        if _is_quietly_free(port):
            return port
    message = f"Ingen port är ledig mellan {CHOSEN.start} och {CHOSEN.stop - 1}."
    raise DemoError(message)


def _read(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        message = f"{name} ska vara ett heltal mellan 1 och 65535, inte {text!r}."
        raise DemoError(message)
    port = int(text)
    if port in REFUSED_BY_BROWSERS:
        message = f"Port {port} vägrar webbläsare att öppna. {_advice(name, port)}"
        raise DemoError(message)
    return port


def _is_free(name: str, port: int, host: str) -> bool:
    """True if the port is free; False if the machine lacks the address; raises DemoError if in use."""
    try:
        with socket.socket(FAMILIES[host]) as probe:
            # Otherwise a port would count as in use for a minute after its last connection.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno in NO_SUCH_ADDRESS:
            return False
        raise DemoError(_sentence(name, port, error)) from error
    return True


def _sentence(name: str, port: int, error: OSError) -> str:
    advice = _advice(name, port)
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} är upptagen av ett annat program. {advice}"
    if error.errno == errno.EACCES:
        return f"Port {port} får bara root använda. {advice}"
    return f"Port {port} går inte att använda ({os.strerror(error.errno or 0)}). {advice}"


def _advice(name: str, port: int) -> str:
    other = port + 10 if 1024 <= port < 65000 else WEB
    while other in REFUSED_BY_BROWSERS:
        other += 10
    return f"Välj en annan, till exempel: make run {name}={other}"
