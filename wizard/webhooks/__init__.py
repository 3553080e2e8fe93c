"""Sending of webhooks: signed messages, posted to public addresses only."""
