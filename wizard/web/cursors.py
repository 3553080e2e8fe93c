"""The cursor of a paged list, as given by the previous page."""

from flask import request


def cursor() -> str:
    """The cursor in the parameter ``after``; empty on the first page."""
    return request.args.get("after", "")
