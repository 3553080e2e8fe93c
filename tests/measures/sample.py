"""Fetches a sample of 500 vouchers from one real server process: `python -m tests.measures sample`.

Prints the time, the calls to the stand-in, the growth of the server's memory while it sends, beside that
for a sample of 50, and whether Debian's unzip and `flask evidence verify` find every document whole. The
documents go within the background's share of the call budget.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

import requests
from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.measures.documents import memory
from tests.support.books import LARGE, BookReader
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.race_stage import cookie_of
from tests.support.standin import StandIn
from tests.support.transactions import guard
from tests.web.test_sample_killed import form_of
from wizard import create_app
from wizard.sandbox.books.large import WITH_FILE

FEW, MANY = 50, 500
MOST_GROWTH = 32 * 1024 * 1024
MEGABYTE = 1024 * 1024
TIMEOUT = 900


def main() -> int:
    """Measure and print; returns 1 if a goal is missed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        StandIn.start() as visma,
    ):
        listening, url = Wizard.address()
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "evidence_keys")},
            "database_url": server.create("sample"),
            "sandbox_url": visma.url,
            "visma_client_id": visma.client_id,
            "visma_client_secret": visma.client_secret,
        }
        app = create_app(**{**SETTINGS, **settings, "public_url": url})
        guard(app)  # whose pages this opens
        wizard = Wizard.start(listening, url, Path(folder) / "log", **settings)
        reader = BookReader.connect(app, visma, LARGE)
        try:
            _fetch(reader, wizard, FEW, Path(folder))  # makes threads and connections
            few = _fetch(reader, wizard, FEW, Path(folder))
            many = _fetch(reader, wizard, MANY, Path(folder))
        finally:
            wizard.stop()
            app.extensions["engine"].dispose()
            server.drop("sample")
    return 0 if many <= max(MOST_GROWTH, 2 * few) else 1


def _fetch(reader: BookReader, wizard: Wizard, number: int, folder: Path) -> int:
    """Fetch so many vouchers, each with one document; the growth of the server's memory in bytes."""
    labels = " ".join(f"A{place * WITH_FILE}" for place in range(1, number + 1))
    at, browser = f"{reader.at}/stickprov", reader.browser
    form = form_of(browser.post(at, {"urval": labels}, 200), "Hämta dokumenten")
    before = peak = memory(wizard.process.pid)
    is_done = False

    def watch() -> None:
        nonlocal peak
        while not is_done:
            peak = max(peak, memory(wizard.process.pid))
            time.sleep(0.05)

    watching, file = Thread(target=watch), folder / f"{number}.zip"
    watching.start()
    reader.visma.clear_counters()
    began = time.perf_counter()
    cookie = {"Cookie": f"session={cookie_of(browser)}"}
    with (
        requests.post(f"{wizard.url}{at}/zip", data=form, headers=cookie, timeout=TIMEOUT, stream=True) as answer,
        file.open("wb") as out,
    ):  # fmt: skip
        answer.raise_for_status()
        for piece in answer.iter_content(65536):
            out.write(piece)
    took, is_done = time.perf_counter() - began, True
    watching.join()
    calls = sum(n for name, n in reader.visma.counters().items() if name.startswith("api:"))
    _say(f"{number} vouchers: {took:.0f} s, {calls} calls, {file.stat().st_size / MEGABYTE:.1f} MB")
    _say(f"memory {(peak - before) / MEGABYTE:.1f} MB more at most")
    _checked(reader.app, file)
    return peak - before


def _checked(app: Flask, file: Path) -> None:
    """Raise unless every document is whole."""
    subprocess.run(["unzip", "-tq", str(file)], check=True, capture_output=True)
    told = app.test_cli_runner().invoke(args=["evidence", "verify", str(file)])
    line = next(one for one in told.output.splitlines() if "dokument är som de hämtades" in one)
    _say(f"unzip finds no errors; flask evidence verify: {line.strip()}\n")
    if told.exit_code:
        raise SystemExit(told.output)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
