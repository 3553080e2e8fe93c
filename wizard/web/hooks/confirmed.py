"""What asks a member of staff to prove again who she is: what would do great harm in another's hands."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, request, url_for

from wizard.models import User
from wizard.web.hooks import kept_forms
from wizard.web.hooks.access import View, ViewResponse, is_confirmed_here


def confirmed(view: View) -> View:
    """Send her to prove it first, if she has not within 15 minutes; what she wrote is shown again then."""
    return _guarded(view, lambda: True)


def confirmed_to_send(view: View) -> View:
    """As confirmed, but the page is shown to look at; only sending its form asks."""
    return _guarded(view, lambda: request.method == "POST")


def _guarded(view: View, asks: Callable[[], bool]) -> View:
    @wraps(view)
    def guarded(user: User, **parts: Any) -> ViewResponse:
        if is_confirmed_here() or not asks():
            return view(user, **parts)
        if request.method == "POST":
            page = kept_forms.keep_form()
        else:
            page = request.full_path.removesuffix("?")
        return redirect(url_for("second_factor.confirm", next=page), 303)

    return guarded
