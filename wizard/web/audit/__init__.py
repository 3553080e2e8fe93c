"""The audit trail for those who may read it: search, and as a file."""
