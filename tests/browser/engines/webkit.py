"""Debian's WebKit: MiniBrowser of WebKitGTK, by its WebKitWebDriver."""

import os
import shutil
import subprocess
import time
from glob import glob
from typing import Any

import pytest
import requests

from tests.browser.engines.window import PATIENCE, PHONE, WebDriverError, Window
from tests.support.ports import free_port

MINI_BROWSER = "/usr/lib/*/webkit2gtk-4.1/MiniBrowser"
# It draws on a screen, if one that nobody sees; filling it, a window has no bars around the page.
SCREEN = ["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
ENVIRONMENT = {
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # its sandbox needs rights a container lacks
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "LC_ALL": "sv_SE.UTF-8",  # the language it asks sites for
}
PATHS = {
    "Navigate": ("POST", "url"),
    "GetCurrentURL": ("GET", "url"),
    "FindElements": ("POST", "elements"),
    "ElementClick": ("POST", "element/{id}/click"),
    "GetElementText": ("GET", "element/{id}/text"),
    "IsElementDisplayed": ("GET", "element/{id}/displayed"),
    "GetElementAttribute": ("GET", "element/{id}/attribute/{name}"),
    "GetWindowHandles": ("GET", "window/handles"),
    "SwitchToWindow": ("POST", "window"),
    "SetWindowRect": ("POST", "window/rect"),
    "ExecuteScript": ("POST", "execute/sync"),
    "DeleteAllCookies": ("DELETE", "cookie"),
}


class WebKit(Window):
    """WebKit on a screen of its own, as large as a phone's."""

    def __init__(self, *, script: bool) -> None:
        programs, driver, screen = (
            glob(MINI_BROWSER),
            shutil.which("WebKitWebDriver"),
            shutil.which("Xvfb"),
        )
        if not (programs and driver and screen):
            pytest.fail("WebKit saknas. make test-system installerar webkit2gtk-driver på Debian.")
        self.screen = subprocess.Popen(
            [screen, *SCREEN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.screen.stdout is not None
        display = self.screen.stdout.readline().decode().strip()
        port = free_port()
        self.driver = subprocess.Popen(
            [driver, f"--port={port}"],
            env={**os.environ, **ENVIRONMENT, "DISPLAY": f":{display}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.http = requests.Session()
        self.http.trust_env = False
        self.url = f"http://127.0.0.1:{port}/session"
        arguments = ["--automation", "--full-screen", f"--enable-javascript={str(script).upper()}"]
        options = {"binary": programs[0], "args": arguments}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.url += "/" + self._begin(wanted)["sessionId"]
        self.ask("SetWindowRect", x=0, y=0, width=PHONE[0], height=PHONE[1])

    def ask(self, command: str, **parameters: Any) -> Any:
        """What the command gives."""
        method, path = PATHS[command]
        inside = {name: parameters.pop(name) for name in ("id", "name") if name in parameters}
        return self._send(method, f"{self.url}/{path.format(**inside)}", parameters)

    def scroll_to(self, element: str) -> None:
        """Bring an element into sight."""
        this = {"element-6066-11e4-a52e-4f735466cecf": element}
        self.ask(
            "ExecuteScript", script="arguments[0].scrollIntoView({block: 'nearest'})", args=[this]
        )

    def quit(self) -> None:
        """End the browser and its screen."""
        self._send("DELETE", self.url, {})
        self.http.close()
        for process in (self.driver, self.screen):
            process.terminate()
            process.wait(PATIENCE)
        assert self.screen.stdout is not None
        self.screen.stdout.close()

    def _begin(self, wanted: dict[str, Any]) -> Any:
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return self._send("POST", self.url, wanted)
            except requests.ConnectionError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)

    def _send(self, method: str, url: str, parameters: dict[str, Any]) -> Any:
        body = parameters if method == "POST" else None
        answer = self.http.request(method, url, json=body, timeout=PATIENCE * 4).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise WebDriverError(f"{answer['error']}: {answer['message']}")
        return answer
