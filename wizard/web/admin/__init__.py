"""Connections, for support and admin."""
