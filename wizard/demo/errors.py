"""Errors of the demo, with a message for the person at the terminal."""


class DemoError(Exception):
    """An error that is printed without a traceback; all started processes are stopped."""
