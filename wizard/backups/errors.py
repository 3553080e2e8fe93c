"""Errors of backups, with a message for the person at the terminal."""


class BackupError(RuntimeError):
    """A backup cannot be made, read or restored; the message says why and what to do."""
