"""The second factor of one's own account, and proving again who one is."""
