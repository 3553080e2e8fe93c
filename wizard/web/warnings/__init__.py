"""Warnings of connections that no longer work: what will go, and what went."""
