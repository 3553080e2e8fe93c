"""Letters: how they leave us."""
