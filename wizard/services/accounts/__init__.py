"""Accounting firms and the people who sign in."""
