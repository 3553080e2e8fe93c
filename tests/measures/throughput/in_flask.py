"""The product itself."""

import os
from pathlib import Path

from tests.conftest import SETTINGS
from tests.measures.throughput.facts import database_url, grants
from wizard import config, create_app

config.DEMO_SETTINGS = Path(os.devnull)  # those of `make run` name an operator
app = create_app(**{**SETTINGS, "database_url": database_url(), "sandbox_url": ""})


def cookie() -> str:
    """The reader's session cookie."""
    signing = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={signing.dumps({**grants(), '_permanent': True})}"
