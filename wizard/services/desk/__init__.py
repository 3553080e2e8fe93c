"""Whose move it is, for each company: decided, kept, counted."""
