"""The state of the application that answers the current request, typed."""

from typing import cast

from flask import current_app

from wizard.sandbox.state import State


def current_state() -> State:
    """The State that `create_app` made."""
    return cast("State", current_app.extensions["sandbox"])
