"""Debian's Firefox, by Marionette, the remote protocol within it.

geckodriver, which others speak to, is not packaged there, and Mozilla's own client for Python imports a
module that Python 3.13 no longer has. Source: firefox-source-docs.mozilla.org, testing/marionette/Protocol.
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser.engines.window import PATIENCE, PHONE, WebDriverError, Window
from tests.support.ports import free_port

NARROWEST = 500  # no window of Firefox's is narrower; with larger pixels that is a phone's width
START_SECONDS = 120.0


class Connection:
    """Commands to a running Firefox, one after the other: `length:[0, id, name, parameters]`."""

    def __init__(self, port: int) -> None:
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE * 2)
                break
            except ConnectionRefusedError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)
        self._stream = self._socket.makefile("rwb")
        self._sent = 0
        self._receive()  # its greeting

    def ask(self, command: str, **parameters: Any) -> Any:
        """What the command gives; raises WebDriverError."""
        self._sent += 1
        message = json.dumps([0, self._sent, f"WebDriver:{command}", parameters]).encode()
        self._stream.write(b"%d:%s" % (len(message), message))
        self._stream.flush()
        _, _, error, result = self._receive()
        if error:
            raise WebDriverError(f"{error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def _receive(self) -> Any:
        length = b""
        while (sign := self._stream.read(1)) != b":":
            length += sign
        return json.loads(self._stream.read(int(length)))


class Firefox(Window):
    """Firefox without a screen, as wide as a phone."""

    def __init__(self, *, script: bool) -> None:
        program = shutil.which("firefox-esr")
        if program is None:
            pytest.fail("Firefox saknas. make test-system installerar firefox-esr på Debian.")
        width, height = PHONE
        port = free_port()
        wanted = {
            "marionette.port": port,
            "javascript.enabled": script,
            "layout.css.devPixelsPerPx": str(NARROWEST / width),
            "intl.accept_languages": "sv-SE, sv",
            "datareporting.policy.dataSubmissionEnabled": False,
            "browser.shell.checkDefaultBrowser": False,
        }
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(wanted[key])});" for key in wanted]
        Path(self.profile.name, "user.js").write_text("\n".join(lines), "utf-8")
        self.process = subprocess.Popen(
            [program, "--headless", "--marionette", "--no-remote", "--profile", self.profile.name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.firefox = Connection(port)
        self.firefox.ask("NewSession", capabilities={})
        self.firefox.ask(
            "SetWindowRect", width=NARROWEST, height=round(height * NARROWEST / width) + 85
        )

    def ask(self, command: str, **parameters: Any) -> Any:
        """What the command gives."""
        return self.firefox.ask(command, **parameters)

    def quit(self) -> None:
        """End the browser."""
        self.firefox.close()
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.profile.cleanup()
