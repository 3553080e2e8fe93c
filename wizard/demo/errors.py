"""Why the demo cannot start or go on, as a sentence for the person at the terminal."""


class DemoError(Exception):
    """Said as it is, without a traceback; everything that was started is stopped."""
