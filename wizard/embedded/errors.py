"""What can go wrong with the embedded server, as a sentence for the person who starts it."""


class EmbeddedError(RuntimeError):
    """The embedded server cannot be made, started or reached; the text says why and what to do."""
