"""Letters: rendered in a language of their own, without a request, and handed to a mail server."""
