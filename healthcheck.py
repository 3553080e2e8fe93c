"""Whether the web server in this container can be used: exit 1 and why, if not. Standard library only, so that
it takes no time."""

import json
import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def main() -> int:
    """Ask /healthz of the web server on this computer; PORT says where it listens, 8000 if unset."""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, HTTPException) as error:
        print(f"no answer: {error}")  # noqa: T201
        return 1
    if answer.status == 200:
        return 0
    try:
        print(json.loads(said)["why"])  # noqa: T201
    except (ValueError, KeyError):
        print(f"answered {answer.status}")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
