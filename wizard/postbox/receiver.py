"""The postbox's SMTP server: accepts mail to any address, except those that simulate errors."""

from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from wizard.postbox.box import Box

HOST = "127.0.0.1"  # never another address: no other machine may deliver here


class Receiver:
    """Stores mail in the box; refuses `studs…@` permanently and `senare…@` temporarily, for rehearsals."""

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
    """Start the SMTP server in a thread; call the controller's `stop` to end it."""
    controller = Controller(Receiver(box), hostname=HOST, port=port)
    controller.start()
    return controller
