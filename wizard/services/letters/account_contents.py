"""What letters about an account of staff are told: whose it is, and the way to its password."""

from typing import Any

from wizard.services.accounts import account_links, owner_letters
from wizard.services.letters.draft import Draft


def account(draft: Draft) -> dict[str, Any]:
    """Whose account it is, and the pages where she signs in and asks for another password."""
    letter = draft.letter
    owner = account_links.owner_of(draft.session, letter.recipient)
    return {
        "to_name": owner.name if owner else letter.recipient_name,
        "email": letter.recipient,
        "sender": letter.made_by.name if letter.made_by else None,
        "sign_in": draft.addresses.sign_in,
        "forgotten": draft.addresses.forgotten_password,
    }


def factor(draft: Draft) -> dict[str, Any]:
    """As above, and whether a way to show who she is was added or removed."""
    return account(draft) | {"was_added": draft.letter.topic == owner_letters.ADDED}


def link(draft: Draft) -> dict[str, Any]:
    """As above, with the letter's own link to choose a password, and whether she asked for it herself."""
    asked = draft.letter.topic == account_links.FORGOTTEN
    return account(draft) | {
        "link": draft.addresses.account_link(draft.secret or ""),
        "asked": asked,
    }
