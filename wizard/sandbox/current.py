"""Typed access to the current application's state."""

from typing import cast

from flask import current_app

from wizard.sandbox.state import State


def current_state() -> State:
    """The State of the current application."""
    return cast("State", current_app.extensions["sandbox"])
