"""The audit trail: what was done, by whom and from where."""
