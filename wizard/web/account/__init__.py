"""Mitt konto: what people change of their own account."""
