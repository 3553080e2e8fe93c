"""What an answer depends on beside its address, told to caches by one header."""

from flask import Response


def say(response: Response, *names: str) -> None:
    """Add request headers to `Vary` (RFC 9110, 12.5.5), each once.

    Werkzeug's own set reads and writes the header at every change.
    """
    said = response.headers.get("Vary")
    known = {name.strip().lower() for name in said.split(",")} if said else set()
    new = [name for name in names if name.lower() not in known]
    if new:
        response.headers["Vary"] = ", ".join([said, *new] if said else new)
