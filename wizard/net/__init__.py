"""Outgoing HTTP: which addresses may be connected to, and deadlines for whole responses."""
