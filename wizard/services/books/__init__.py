"""Vouchers and documents, read from the provider on request and never stored."""
