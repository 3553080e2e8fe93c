"""Ending a connection: by a member of the firm, by an admin, or by who approved it."""
