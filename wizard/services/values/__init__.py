"""Normalisation and validation of names, numbers and searches that people enter."""
