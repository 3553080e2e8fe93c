"""The page that follows after sign-in."""

import re

from flask import request, url_for

from wizard.models import Role, User

FIRST = {
    Role.MEMBER: "company.index",
    Role.SUPPORT: "support.index",
    Role.ADMIN: "desk.index",
}
# A local path: browsers read //host and /\host as another site, and drop tabs and newlines.
OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def after_sign_in(user: User) -> str:
    """The requested page if it is a local path, else the start page of the user's role."""
    return page_or_begin(request.args.get("next", ""), user)


def page_or_begin(asked_for: str, user: User) -> str:
    """This page if it is a local path, else the start page of the user's role."""
    return asked_for if OWN_PATH.fullmatch(asked_for) else begin(user)


def begin(user: User) -> str:
    """The start page of the user's role."""
    return url_for(FIRST[user.role])
