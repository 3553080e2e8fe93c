"""Clients of accounting systems' APIs."""
