"""PostgreSQL that comes along: made, started, shared and stopped by those who use it."""

from wizard.embedded.errors import EmbeddedError
from wizard.embedded.sharing import inherit, release, remove, use

__all__ = ["EmbeddedError", "inherit", "release", "remove", "use"]
