"""What letters to a firm's people and to those who run the service are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from wizard.causes import CAUSES, Cause
from wizard.mail.addresses import Addresses
from wizard.models import Connection, ConnectionStatus, Letter, LetterKind
from wizard.services import alerts, outages, webhook_receivers
from wizard.services.troubles import told_in

LISTED = 20  # companies in one letter; the rest are in the list that it links to


@dataclass(frozen=True)
class Broken:
    """A connection as a warning tells of it; ``page`` is where it is renewed, ``cure`` the help's step."""

    company: str
    number: str
    provider: str
    cause: str | None
    cure: str | None
    since: datetime
    is_disturbed: bool
    page: str

    @property
    def reason(self) -> str:
        """By which those of one letter are put together."""
        return f"{self.provider} {self.cause}"


def staff_facts(session: Session, letter: Letter, addresses: Addresses) -> dict[str, Any]:
    """Everything the template of a letter without an invitation asks for."""
    firm = letter.firm.name if letter.firm else None
    facts = {"to_name": letter.recipient_name, "about": letter.about, "firm": firm}
    return facts | WRITERS[letter.kind](session, letter, addresses)


def broken_facts(connections: list[Connection], addresses: Addresses) -> dict[str, Any]:
    """What a warning says of these connections; each with its company."""
    shown = [_broken(connection, addresses) for connection in connections[:LISTED]]
    return {
        "broken": shown,
        "number_broken": len(connections),
        "all_disturbed": all(map(_is_disturbed, connections)),
        "more": max(0, len(connections) - LISTED),
        "list": addresses.companies,
    }


def cure_of(cause: str | None, addresses: Addresses) -> str | None:
    """The address of the help's step that cures a cause."""
    return addresses.help(CAUSES[Cause(cause)].help) if cause else None


def _broken(connection: Connection, addresses: Addresses) -> Broken:
    company = connection.company
    return Broken(
        company=company.name,
        number=company.organisation_number,
        provider=connection.provider,
        cause=connection.cause,
        cure=cure_of(connection.cause, addresses),
        since=connection.status_since,
        is_disturbed=_is_disturbed(connection),
        page=addresses.company(company.public_id),
    )


def _is_disturbed(connection: Connection) -> bool:
    return connection.status is ConnectionStatus.DISTURBED


def _warning(session: Session, letter: Letter, addresses: Addresses) -> dict[str, Any]:
    told = told_in(session, letter, still=True)
    return broken_facts([warning.connection for warning in told], addresses)


def _outage(session: Session, letter: Letter, addresses: Addresses) -> dict[str, Any]:
    return {"outage": outages.find(session, letter.topic), "connections": addresses.connections}


def _needs_us(session: Session, letter: Letter, addresses: Addresses) -> dict[str, Any]:
    found = alerts.evidence(session, Cause(letter.topic or ""), letter.created_at)
    return {"evidence": found, "connections": addresses.connections}


def _webhook_paused(session: Session, letter: Letter, addresses: Addresses) -> dict[str, Any]:
    receiver = webhook_receivers.find(session, letter.topic or "")
    return {"receiver": receiver, "page": addresses.receiver(letter.topic or "")}


WRITERS: dict[LetterKind, Callable[[Session, Letter, Addresses], dict[str, Any]]] = {
    LetterKind.WARNING: _warning,
    LetterKind.WARNING_DEPUTY: _warning,
    LetterKind.OUTAGE: _outage,
    LetterKind.OUTAGE_OVER: _outage,
    LetterKind.NEEDS_US: _needs_us,
    LetterKind.WEBHOOK_PAUSED: _webhook_paused,
}
