"""What letters to a firm's people and to those who run the service are told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wizard.causes import Cause, facts_of
from wizard.models import UNREADABLE, Connection, ConnectionStatus
from wizard.services.api import api_keys
from wizard.services.connections import yearly_review
from wizard.services.letters.draft import Draft
from wizard.services.letters.links import Addresses
from wizard.services.warnings import operator_alerts, outages, refusals
from wizard.services.warnings.incidents import told_in
from wizard.services.webhooks import receivers

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


def staff_facts(draft: Draft) -> dict[str, Any]:
    """What every letter that no invitation is behind is told."""
    letter = draft.letter
    firm = letter.firm.name if letter.firm else None
    return {"to_name": letter.recipient_name, "about": letter.about, "firm": firm}


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
    return addresses.help(facts_of(cause).help) if cause else None


def warning(draft: Draft) -> dict[str, Any]:
    """The connections that the letter tells of and that are still broken."""
    told = told_in(draft.session, draft.letter, still=True)
    return broken_facts([warning.connection for warning in told], draft.addresses)


def contact_changed(draft: Draft) -> dict[str, Any]:
    """The contact as it is now, and who runs the service, if named: whom to ask when it is wrong."""
    return {"contact": draft.letter.firm, "operator": draft.addresses.operator}


def api_key(draft: Draft) -> dict[str, Any]:
    """The key, with who made it, and where the firm's members see its keys."""
    key = api_keys.find_by_id(draft.session, draft.letter.topic or "")
    return {"key": key, "keys": draft.addresses.keys, "operator": draft.addresses.operator}


def review_due(draft: Draft) -> dict[str, Any]:
    """How many clients the firm is to answer about, and where."""
    waiting = yearly_review.numbers(draft.session, draft.letter.firm_id or 0).due
    return {"number": waiting, "page": draft.addresses.review}


def outage(draft: Draft) -> dict[str, Any]:
    """The outage that the letter tells of, and where its connections are listed."""
    found = outages.find(draft.session, draft.letter.topic)
    disturbed = draft.addresses.connections(ConnectionStatus.DISTURBED)
    return {"outage": found, "connections": disturbed}


def outage_over(draft: Draft) -> dict[str, Any]:
    """The outage that has ended, and what it has left for somebody to do."""
    found = outages.find(draft.session, draft.letter.topic)
    left = outages.aftermath(draft.session, found)
    status = ConnectionStatus.DISTURBED
    if left.our_fault or left.to_renew:
        status = ConnectionStatus.OUR_FAULT if left.our_fault else ConnectionStatus.RENEWAL_NEEDED
    return {"outage": found, "left": left, "connections": draft.addresses.connections(status)}


def refused_at_once(draft: Draft) -> dict[str, Any]:
    """As an outage, with the time when what is still refused is believed."""
    found = outages.find(draft.session, draft.letter.topic)
    return {
        "outage": found,
        "connections": draft.addresses.desk,
        "until": refusals.held_until(found),
    }


def needs_us(draft: Draft) -> dict[str, Any]:
    """What showed that something on our side has to be mended."""
    letter = draft.letter
    found = operator_alerts.evidence(draft.session, Cause(letter.topic or ""), letter.created_at)
    return {
        "evidence": found,
        "connections": draft.addresses.connections(ConnectionStatus.OUR_FAULT),
    }


def worker(draft: Draft) -> dict[str, Any]:
    """When it was noticed that no worker answers, or that one does again."""
    return {"noticed_at": draft.letter.created_at, "connections": draft.addresses.connections}


def webhook_paused(draft: Draft) -> dict[str, Any]:
    """The receiver of webhooks that is paused, and its page."""
    topic = draft.letter.topic or ""
    receiver = receivers.find(draft.session, topic)
    return {"receiver": receiver, "page": draft.addresses.receiver(topic)}


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
    return connection.status in UNREADABLE
