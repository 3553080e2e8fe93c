"""Samples for auditors: many vouchers' documents in one file."""
