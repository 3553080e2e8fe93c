"""The public help."""
