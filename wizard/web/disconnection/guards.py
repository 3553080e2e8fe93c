"""The decorator that loads a receipt and the connection it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from wizard.extensions import database
from wizard.models import Consent, Invitation
from wizard.services.connections import endings
from wizard.services.connections.endings import Ending
from wizard.services.consents import disconnect_codes, own_consents, receipts
from wizard.services.consents.receipts import Held
from wizard.services.outbox import Addressee
from wizard.web.forms.letters import can_mail
from wizard.web.hooks.access import ViewResponse
from wizard.web.onboarding.visit import closed_page
from wizard.web.receipt import held_receipts


@dataclass(frozen=True)
class Ticket:
    """A receipt that this browser may open; ``to`` receives the code, ``ending`` is how it ended.

    ``may_name``: there is no ``to``, and this browser may say on the receipt which it is.
    """

    consent: Consent
    invitation: Invitation
    ending: Ending | None
    may_end: bool = False
    asked: bool = False
    to: Addressee | None = None
    may_name: bool = False


def with_ticket(view: Callable[[Ticket], ViewResponse]) -> Callable[[str], ViewResponse]:
    """Pass the view the receipt in the URL; 404 unless this browser may open it."""

    @wraps(view)
    def guarded(number: str) -> ViewResponse:
        held = held_receipts.granted(number)
        return view(_ticket(held)) if held else closed_page()

    return guarded


def _ticket(held: Held) -> Ticket:
    """Load what the page needs, in four statements including the consent's."""
    session, consent = database.session, held.consent
    invitation = receipts.invitation_of(session, consent)
    if not consent.connection.is_living:
        ending = endings.of_connection(session, consent.connection.public_id)
        return Ticket(consent, invitation, ending)
    to = None
    if can_mail():
        to = own_consents.address_on(session, held_receipts.to_all(), consent)
        to = to or receipts.known_address(session, consent, held_receipts.key_ids())
    standing = disconnect_codes.standing(session, consent)
    may_name = can_mail() and held.gave_it and to is None
    return Ticket(consent, invitation, None, standing.may_end, standing.asked, to, may_name)
