"""What the form beneath a list asks for: the companies, and what is to be done to them."""

from flask import abort, request
from flask_babel import gettext

from wizard.extensions import database
from wizard.models import BulkAct, BulkAction, User
from wizard.services.accounts import responsibility
from wizard.services.bulk import previewing
from wizard.services.bulk.previewing import NotAllowedError, NothingChosenError, TooManyError, Wish
from wizard.web.listing.asked import Asked, wanted_by
from wizard.web.listing.shown import acts_for

LISTS = ("company.index", "admin.connections")
ALL = "all"
NOBODY = "nobody"


class NotAskedError(Exception):
    """Something is missing; the message says what."""


def list_here() -> str:
    """The endpoint of the list that the form stands beneath."""
    found = request.form.get("list", "")
    return found if found in LISTS else LISTS[0]


def preview_here(user: User, asked: Asked) -> BulkAction:
    """The preview that this form asks for. Commits. Raises NotAskedError."""
    word = request.form.get("act", "")
    if word not in set(BulkAct):
        raise NotAskedError(gettext("Choose what is to be done."))
    wish = Wish(BulkAct(word), _to(user) if word == BulkAct.RESPONSIBLE else None)
    if wish.act not in acts_for(user):
        abort(403)
    kept = {"list": list_here()}
    whole = request.form.get("which") == ALL
    try:
        if whole:
            wanted = wanted_by(user, asked, connected=kept["list"] == "admin.connections")
            ids = previewing.of_list(database.session, user, wanted)
            kept |= {**asked.filled, "which": ALL}
        else:
            ids = previewing.ticked(database.session, user, request.form.getlist("ids"))
        return previewing.preview(database.session, user, wish, ids, kept)
    except NothingChosenError:
        raise NotAskedError(gettext("Tick the companies that you mean, or choose all.")) from None
    except TooManyError:
        raise NotAskedError(
            gettext("That is more than 5,000 companies, or more than a search finds. Filter first.")
        ) from None
    except NotAllowedError:
        abort(403)


def _to(user: User) -> User | None:
    """Who is to be responsible; None for nobody."""
    word = request.form.get("to", "")
    if word == NOBODY:
        return None
    members = responsibility.members_of(database.session, user.firm_id or 0)
    for member in members:
        if member.public_id == word:
            return member
    raise NotAskedError(gettext("Choose who is to be responsible."))
