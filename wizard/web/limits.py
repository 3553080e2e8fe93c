"""Limits on what can be pressed again and again, counted for all web processes together."""

from datetime import timedelta

from flask import request
from werkzeug.exceptions import TooManyRequests

from wizard.extensions import database
from wizard.models import Connection, Consent, Invitation
from wizard.services.rate_limits import hit, network

HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 30
TRIPS_AN_HOUR = 200
LETTERS_AN_HOUR = 10
AGAIN_AN_HOUR = 3
CODES_AN_HOUR = 5
CODES_TRIED_AN_HOUR = 30
ASKED_AN_HOUR = 10
TESTS_AN_HOUR = 60
CHECKS_AN_HOUR = 60


def links(invitation: Invitation) -> None:
    """So many links to one invitation may be made in an hour; TooManyRequests after that."""
    _limit("links", invitation, LINKS_AN_HOUR)


def trips(invitation: Invitation) -> None:
    """So many trips to the provider may be begun in an hour; TooManyRequests after that."""
    _limit("trips", invitation, TRIPS_AN_HOUR)


def letters(subject: str) -> None:
    """So many letters about one invitation or company, by its public id, may be asked for in an hour; TooManyRequests after that."""
    _refuse_after("letters", subject, LETTERS_AN_HOUR)


def checks(connection: Connection) -> None:
    """So often may the platform have one connection checked in an hour; TooManyRequests after that."""
    _refuse_after("checks", connection.public_id, CHECKS_AN_HOUR)


def codes(consent: Consent) -> None:
    """So many codes for one receipt may be asked for in an hour; TooManyRequests after that."""
    _refuse_after("disconnect_codes", consent.public_id, CODES_AN_HOUR)


def codes_tried(consent: Consent) -> None:
    """So many codes may be written for one receipt in an hour; TooManyRequests after that."""
    _refuse_after("disconnect_tries", consent.public_id, CODES_TRIED_AN_HOUR)


def webhook_tests(receiver: str) -> None:
    """So many tests may be sent to one receiver, by its public id, in an hour; TooManyRequests after that."""
    _refuse_after("webhook_tests", receiver, TESTS_AN_HOUR)


def asking_again() -> None:
    """So often may one address ask for a lost link in an hour; TooManyRequests after that."""
    _refuse_after("asking_again", network(request.remote_addr), ASKED_AN_HOUR)


def may_mail_again(invitation: Invitation) -> bool:
    """Whether a lost link may be mailed once more this hour; nobody is told that it may not."""
    return hit(database.session, "again", invitation.public_id, AGAIN_AN_HOUR, HOUR).allowed


def _limit(name: str, invitation: Invitation, times: int) -> None:
    _refuse_after(name, invitation.public_id, times)


def _refuse_after(name: str, subject: str, times: int) -> None:
    found = hit(database.session, name, subject, times, HOUR)
    if not found.allowed:
        raise TooManyRequests(retry_after=found.retry_after)
