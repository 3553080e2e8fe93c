"""PostgreSQL that comes along: made, started, shared and stopped by those who use it."""

from wizard.embedded.errors import EmbeddedError
from wizard.embedded.sharing import release, remove, use

__all__ = ["EmbeddedError", "release", "remove", "use"]
