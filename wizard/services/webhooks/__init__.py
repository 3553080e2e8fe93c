"""Stored webhooks: receivers, their messages, the delivery queue and the log."""
