"""Receivers of webhooks, for the admin."""
