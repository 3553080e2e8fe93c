"""Backups of the database: one file each, made, looked through, and restored into an empty database."""
