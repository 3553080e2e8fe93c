"""Consents: receipts, and the codes with which approvers disconnect."""
