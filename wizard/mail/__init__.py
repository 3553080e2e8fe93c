"""Letters: rendered in the recipient's language, without a request, and sent to a mail server."""
