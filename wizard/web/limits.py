"""Rate limits per hour for actions, counted across all web processes; raise TooManyRequests."""

from datetime import timedelta

from flask import request
from werkzeug.exceptions import TooManyRequests

from wizard.extensions import database, settings
from wizard.models import Company, Connection, Consent, Invitation, User
from wizard.services.accounts.staff import account_address
from wizard.services.throttling import letter_caps
from wizard.services.throttling.rate_limits import hit, network
from wizard.wiring.imports import letter_caps_of

HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 30
TRIPS_AN_HOUR = 200
SIGN_ONS_AN_HOUR = 600  # of one network: all of a firm, on the morning of an outage
LETTERS_AN_HOUR = 10
AGAIN_AN_HOUR = 3
CODES_AN_HOUR = 5
RECEIPTS_AN_HOUR = 5
CODES_TRIED_AN_HOUR = 30
ASKED_AN_HOUR = 10
GUESSES_AN_HOUR = 60  # companies that support opens by a code that was said wrong
TESTS_AN_HOUR = 60
CHECKS_AN_HOUR = 60
FORGOTTEN_AN_HOUR = 10
PASSWORD_LETTERS_AN_HOUR = 3
ACCOUNT_LETTERS_AN_HOUR = 100
CONSENTS_ASKED_AN_HOUR = 30  # of one network: all at a client’s office may ask
CONSENTS_LETTERS_AN_HOUR, CONSENTS_LETTERS_A_DAY = 3, 6
PROOFS_AN_HOUR = 60
YEARS_AN_HOUR = 20
FEW = 10  # letters left of a day, from where the page says so


def links(company: Company) -> None:
    """Count a link to a company's invitation: an earlier one's too, which may have been withdrawn for it."""
    _refuse_after("links", company.public_id, LINKS_AN_HOUR)


def single_sign_on() -> None:
    """Count a sign-in begun at an identity provider, by the browser's network."""
    _refuse_after("single_sign_on", network(request.remote_addr), SIGN_ONS_AN_HOUR)


def passkeys() -> None:
    """Count a passkey shown without a password, by the browser's network."""
    _refuse_after("passkeys", network(request.remote_addr), SIGN_ONS_AN_HOUR)


def authorizations(invitation: Invitation) -> None:
    """Count a begun authorization of an invitation."""
    _limit("authorizations", invitation, TRIPS_AN_HOUR)


def letters(subject: str) -> None:
    """Count a requested letter about an invitation or a company; ``subject`` is its public id."""
    _refuse_after("letters", subject, LETTERS_AN_HOUR)


def letter_to(recipient: str, sender: str, firm_id: int) -> None:
    """Count a letter that a person sends, by the caps of a day; ``sender`` is a word for who asks."""
    found = letter_caps.count(
        database.session, _caps(), letter_caps.Sending(recipient, sender, firm_id)
    )
    if not found.allowed:
        raise TooManyRequests(retry_after=found.retry_after)


def proofs(user: User) -> None:
    """Count a manifest that somebody of staff has judged."""
    _refuse_after("proofs", user.public_id, PROOFS_AN_HOUR)


def year_readings(company: Company) -> None:
    """Count a year of a company that somebody has asked to have read through."""
    _refuse_after("year_readings", company.public_id, YEARS_AN_HOUR)


def few_left(sender: str, firm_id: int) -> int | None:
    """How many letters are left to send today, when they are few enough to be told of; else None."""
    number = letter_caps.left_to_send(database.session, _caps(), sender, firm_id)
    return number if number <= FEW else None


def checks(connection: Connection) -> None:
    """Count a check of a connection by hand or through the API."""
    _refuse_after("checks", connection.public_id, CHECKS_AN_HOUR)


def receipts(invitation: Invitation) -> None:
    """Count a requested receipt of what an invitation led to, whether or not an address is known."""
    _limit("receipts", invitation, RECEIPTS_AN_HOUR)


def codes(consent: Consent) -> None:
    """Count a requested code for a receipt."""
    _refuse_after("disconnect_codes", consent.public_id, CODES_AN_HOUR)


def codes_tried(consent: Consent) -> None:
    """Count an entered code for a receipt."""
    _refuse_after("disconnect_tries", consent.public_id, CODES_TRIED_AN_HOUR)


def codes_guessed(user: User) -> None:
    """Count a company opened by a code that was said wrong, by who opens it."""
    _refuse_after("codes_guessed", user.public_id, GUESSES_AN_HOUR)


def webhook_tests(receiver: str) -> None:
    """Count a test message to a receiver; ``receiver`` is its public id."""
    _refuse_after("webhook_tests", receiver, TESTS_AN_HOUR)


def asking_again() -> None:
    """Count a request for a lost link from the client's network."""
    _refuse_after("asking_again", network(request.remote_addr), ASKED_AN_HOUR)


def may_mail_again(invitation: Invitation) -> bool:
    """True if a lost link may be mailed again this hour. Counts the try; raises nothing."""
    return hit(database.session, "again", invitation.public_id, AGAIN_AN_HOUR, HOUR).allowed


def account_letters(user: User) -> None:
    """Count a link to an account that somebody who looks after accounts has mailed."""
    _refuse_after("account_letters", user.public_id, ACCOUNT_LETTERS_AN_HOUR)


def forgotten_passwords() -> None:
    """Count a request for a new password from the client's network."""
    _refuse_after("forgotten_passwords", network(request.remote_addr), FORGOTTEN_AN_HOUR)


def may_mail_password(email: str) -> bool:
    """True if a link to a new password may be mailed to this address this hour. Counts the try."""
    limit, subject = PASSWORD_LETTERS_AN_HOUR, account_address(email)
    return hit(database.session, "password_letters", subject, limit, HOUR).allowed


def consents_links() -> None:
    """Count a request for a link to all that an address has approved, from the client's network."""
    _refuse_after("consents_links", network(request.remote_addr), CONSENTS_ASKED_AN_HOUR)


def may_mail_consents(email: str) -> bool:
    """True if such a link may be mailed to this address this hour and this day. Counts the try."""
    caps = ((CONSENTS_LETTERS_AN_HOUR, HOUR), (CONSENTS_LETTERS_A_DAY, letter_caps.DAY))
    return all(
        hit(database.session, f"consents_letters {per}", email, most, per).allowed
        for most, per in caps
    )


def _caps() -> letter_caps.Caps:
    return letter_caps_of(settings)


def _limit(name: str, invitation: Invitation, times: int) -> None:
    _refuse_after(name, invitation.public_id, times)


def _refuse_after(name: str, subject: str, times: int) -> None:
    found = hit(database.session, name, subject, times, HOUR)
    if not found.allowed:
        raise TooManyRequests(retry_after=found.retry_after)
