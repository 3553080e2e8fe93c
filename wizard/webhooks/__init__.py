"""Webhooks on their way out: made into signed messages, and posted to checked addresses."""
