"""Texts of the API's description: English in the document, translated on the reference page."""


def marked(message: str) -> str:
    """Mark a message id for extraction and return it unchanged; the reference page translates it."""
    return message
