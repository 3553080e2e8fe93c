"""Held links: the invitations and lists of them that a browser may open, kept in its session, and its id."""

import secrets

from flask import session

from wizard.extensions import database
from wizard.models import ContactKey, InvitationKey
from wizard.services.invitations import contact_keys, shown_links, visits

MOST = 50  # a consultant has several; a cookie holds 4 kB
MOST_LISTS = 10  # one for each firm that asks her; a newer one of the same firm opens as much


def add(key: InvitationKey) -> None:
    """Add the link to the browser's session."""
    kept = [key_id for key_id in _key_ids() if key_id != key.id]
    session["grants"] = [*kept, key.id][-MOST:]
    session.permanent = True
    browser()


def add_list(key: ContactKey) -> None:
    """Add the contact's key to the browser's session."""
    kept = [key_id for key_id in _list_ids() if key_id != key.id]
    session["lists"] = [*kept, key.id][-MOST_LISTS:]
    session.permanent = True
    browser()


def granted(public_id: str) -> InvitationKey | None:
    """The link this browser holds to the invitation, even one that has ended; None without one."""
    if lists := _list_ids():
        return contact_keys.held_link(database.session, _key_ids(), lists, public_id)
    return visits.held_key(database.session, _key_ids(), public_id)


def shown(public_id: str) -> InvitationKey | None:
    """The same link for a page that only shows it: it belongs to no session."""
    if _list_ids():
        return granted(public_id)
    return shown_links.held(database.engine, _key_ids(), public_id)


def held_list(public_id: str) -> ContactKey | None:
    """The contact's key with this public id, if this browser holds it."""
    lists = _list_ids()
    return contact_keys.held(database.session, lists, public_id) if lists else None


def list_with(link: InvitationKey) -> ContactKey | None:
    """The newest contact's key this browser holds that opens this link; None without one."""
    lists = _list_ids()
    return contact_keys.held_to(database.session, lists, link) if lists else None


def newest() -> InvitationKey | None:
    """The link this browser followed last."""
    key_ids = _key_ids()
    return database.session.get(InvitationKey, key_ids[-1]) if key_ids else None


def browser() -> str:
    """A secret id of this browser, so that no other browser can finish its authorization."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(16)
    return str(session["browser"])


def browser_if_known() -> str | None:
    """The id of this browser, if it has ever opened a link; gives it none."""
    return session.get("browser")


def _key_ids() -> list[int]:
    return [key_id for key_id in session.get("grants", []) if isinstance(key_id, int)]


def _list_ids() -> list[int]:
    return [key_id for key_id in session.get("lists", []) if isinstance(key_id, int)]
