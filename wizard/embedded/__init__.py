"""An embedded PostgreSQL server, which the processes that use it create, start, share and stop."""

from wizard.embedded.errors import EmbeddedError
from wizard.embedded.sharing import inherit, release, remove, use

__all__ = ["EmbeddedError", "inherit", "release", "remove", "use"]
