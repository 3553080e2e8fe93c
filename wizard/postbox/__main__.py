"""Starts the postbox, configured by POSTBOX_PORT, POSTBOX_SMTP_PORT and POSTBOX_FOLDER."""

import os
import signal
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from wizard.postbox import create_app
from wizard.postbox.box import Box
from wizard.postbox.receiver import HOST, receive


class Quiet(WSGIRequestHandler):
    """A request handler that does not log requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing."""


def main() -> int:
    """Accept and show letters until stopped; letters are stored on disk."""
    box = Box(Path(os.environ["POSTBOX_FOLDER"]))
    pages = make_server(
        HOST,
        int(os.environ["POSTBOX_PORT"]),
        create_app(box),
        threaded=True,
        request_handler=Quiet,
    )
    receiver = receive(box, int(os.environ["POSTBOX_SMTP_PORT"]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    try:
        pages.serve_forever()
    finally:
        receiver.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
