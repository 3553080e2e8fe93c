"""Accounts of staff, for those who look after them."""
