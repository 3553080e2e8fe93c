"""Errors of the embedded server, with a message for the person who starts it."""


class EmbeddedError(RuntimeError):
    """The embedded server cannot be created, started or reached; the message says why and what to do."""
