"""Who takes part: invented people and companies whose names say what goes wrong."""
