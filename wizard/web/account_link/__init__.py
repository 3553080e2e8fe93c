"""Choosing a password: by a mailed link, or in place of one that a command gave."""
