"""Secrets at rest: the vault, its keys, digests and passwords."""
