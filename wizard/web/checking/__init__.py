"""Kontrollera nu: a person asks how a connection is."""
