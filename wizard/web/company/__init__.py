"""The firm's companies and their links."""
