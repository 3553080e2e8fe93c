"""Telling firms and operators what does not work."""
