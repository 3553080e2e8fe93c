"""Words of the API's description: English in the document, translated on the page that shows it."""


def marked(message: str) -> str:
    """The message as it is; extraction finds it here, and the page looks it up."""
    return message
