"""Logos of firms."""
