"""Help, public."""
