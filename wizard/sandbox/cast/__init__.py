"""The cast: fictitious people and companies, whose names say what goes wrong."""
