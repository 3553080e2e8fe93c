"""A trap for calls that a client which only reads never makes: they are noted, for tests to fail on.

The list is the stand-in's own, so that a mistake in the client's list is not repeated here.
"""

import re

from flask import Flask, request

from wizard.sandbox.current import current_state

MOST = 100
GUARDED = ("/v2/", "/connect/", "/temp/")
AN_ID = "[0-9a-f-]{36}"
EXPECTED = re.compile(
    "GET /v2/(companysettings|users|fiscalyears|vouchers|attachments)"
    f"|GET /v2/(vouchers|attachments|supplierinvoices|customerinvoices)/{AN_ID}"
    f"|GET /v2/vouchers/{AN_ID}/{AN_ID}"
    f"|GET /v2/customerinvoices/{AN_ID}/pdf"
    f"|GET /temp/fileanonymous/{AN_ID}"
    "|POST /connect/(token|revocation)"
    "|(GET|POST) /connect/authorize"  # the approver's browser
)


def set_trap(app: Flask) -> None:
    """Look at every request of an application, also those that lead to no page."""
    app.before_request(note_unexpected)


def note_unexpected() -> None:
    """Note the method and the path, without its query, of a call that only writing or prying makes."""
    call = f"{request.method} {request.path}"
    if request.path.startswith(GUARDED) and not EXPECTED.fullmatch(call):
        state = current_state()
        with state.lock:
            state.unexpected = [*state.unexpected[-MOST:], call]
