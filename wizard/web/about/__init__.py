"""Pages about ourselves, public."""
