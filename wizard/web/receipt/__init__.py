"""The approver's receipt, opened by the link in the mail."""
