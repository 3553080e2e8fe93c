"""The approver's steps."""
