"""A field for a code that proves who somebody is."""

from wtforms import PasswordField


class CodeField(PasswordField):
    """A code: shown while it is written, and treated as a password in all else. It is never kept."""
