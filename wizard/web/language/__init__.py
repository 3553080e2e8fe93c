"""The switch between languages."""
