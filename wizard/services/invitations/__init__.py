"""Invitations: made, mailed, reminded of, visited and stuck."""
