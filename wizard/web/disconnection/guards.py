"""What a browser with a receipt may do about the connection it is a receipt of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from wizard.extensions import database
from wizard.models import ConnectionStatus, Consent, Invitation
from wizard.services import disconnect_codes, endings, receipts
from wizard.services.endings import Ending
from wizard.services.letters import Addressee
from wizard.web.access import Answer
from wizard.web.mailing import can_mail
from wizard.web.onboarding.visit import closed_page
from wizard.web.receipt import grants


@dataclass(frozen=True)
class Ticket:
    """A receipt in hand; ``to`` is where a code may be mailed, ``ending`` how it ended if it has."""

    consent: Consent
    invitation: Invitation
    ending: Ending | None
    may_end: bool = False
    asked: bool = False
    to: Addressee | None = None


def with_ticket(view: Callable[[Ticket], Answer]) -> Callable[[str], Answer]:
    """Hand a view the receipt of an address, if this browser may open it."""

    @wraps(view)
    def guarded(number: str) -> Answer:
        consent = grants.granted(number)
        return view(_ticket(consent)) if consent else closed_page()

    return guarded


def _ticket(consent: Consent) -> Ticket:
    """In four statements, that of the consent with its connection counted."""
    session = database.session
    invitation = receipts.invitation_of(session, consent)
    if consent.connection.status is ConnectionStatus.DISCONNECTED:
        ending = endings.of_connection(session, consent.connection.public_id)
        return Ticket(consent, invitation, ending)
    to = None
    if can_mail():
        to = disconnect_codes.known_address(session, consent, grants.key_ids())
    standing = disconnect_codes.standing(session, consent)
    return Ticket(consent, invitation, None, standing.may_end, standing.asked, to)
