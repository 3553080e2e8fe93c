"""Where a person goes when she has signed in."""

import re

from flask import request, url_for

from wizard.models import Role, User

# A path of our own: browsers take //host and /\host for another site, and drop tabs and newlines.
OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def after_sign_in(user: User) -> str:
    """The page she came for if it is ours, else where her work begins."""
    asked_for = request.args.get("next", "")
    return asked_for if OWN_PATH.fullmatch(asked_for) else begin(user)


def begin(user: User) -> str:
    """Where her work begins."""
    member = user.role is Role.MEMBER
    return url_for("company.index" if member else "admin.connections")
