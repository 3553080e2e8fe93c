"""A decorator that loads the bulk action named in the URL, or answers 404."""

from collections.abc import Callable
from functools import wraps

from flask import abort

from wizard.extensions import database
from wizard.models import BulkAction, User
from wizard.services.bulk import overview
from wizard.web.hooks.access import ViewResponse, staff_only


def with_bulk(view: Callable[[User, BulkAction], ViewResponse]) -> Callable[..., ViewResponse]:
    """Pass the view an action of the member's firm, or her own; 404 for others'."""

    @staff_only
    @wraps(view)
    def guarded(user: User, public_id: str) -> ViewResponse:
        found = overview.find(database.session, user, public_id)
        if found is None:
            abort(404)
        return view(user, found)

    return guarded
