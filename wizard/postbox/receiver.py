"""The SMTP end of the postbox: takes every letter to anybody, except to those whose name says otherwise."""

from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from wizard.postbox.box import Box

HOST = "127.0.0.1"  # never anything else: nobody outside may put letters here


class Receiver:
    """Hands letters to the box; `studs…@` is refused for good and `senare…@` for now, for rehearsals."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.startswith("studs"):
            return "550 5.1.1 no such person"
        if address.startswith("senare"):
            return "450 4.2.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        self._box.put(content if isinstance(content, bytes) else content.encode())
        return "250 OK"


def receive(box: Box, port: int) -> Controller:
    """Begin to take letters, in a thread of its own; stop it by its `stop`."""
    controller = Controller(Receiver(box), hostname=HOST, port=port)
    controller.start()
    return controller
