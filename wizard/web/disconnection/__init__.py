"""Disconnecting, by a member of the firm, an admin, or the approver."""
