"""Warnings about broken connections: planned and sent."""
