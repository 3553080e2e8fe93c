"""The documents: what they contain and the short-lived addresses they are fetched from."""
