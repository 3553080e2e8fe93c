"""Vouchers of a company, and their documents, for members of its firm."""
