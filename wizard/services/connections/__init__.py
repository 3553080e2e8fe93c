"""Connections: read, judged, kept alive, renewed and ended."""
