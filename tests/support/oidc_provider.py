"""npm's oidc-provider as a process: an identity provider that shares no code with ours, with facts to change."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey

from tests.support.identity_provider import CALLBACK, CLIENT_ID, HERE, SECRET, WELL_KNOWN, new_key
from tests.support.ports import free_port
from wizard.services.accounts.identity.client import Attempt, Client, Found, begin, finish

FOLDER = Path(__file__).parent / "oidc"
SCRIPT, PACKAGE = FOLDER / "provider.mjs", FOLDER / "package.json"
PATIENCE = 60.0
US = "http://localhost/"
ACTION = re.compile(r'action="([^"]+/interaction/[^"]+)"')


@dataclass
class RealProvider:
    """The process, and the facts that it reads anew for each answer."""

    installed: Path
    facts_file: Path
    port: int = field(default_factory=free_port)
    keys: list[RSAKey] = field(default_factory=lambda: [new_key("first")])
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirect_uris: list[str] = field(default_factory=lambda: [CALLBACK])
    for_another: bool = False  # its ID tokens are for another client than the one that asks
    id_tokens_live: int = 3600  # seconds
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def metadata_url(self) -> str:
        return f"{self.url}{WELL_KNOWN}"

    @property
    def client(self) -> Client:
        return Client(self.metadata_url, CLIENT_ID, SECRET, CALLBACK, "groups", HERE)

    def tell(self) -> None:
        """Write the facts, for what it answers from now on."""
        facts = {
            "redirect_uris": self.redirect_uris,
            "for_another": self.for_another,
            "id_tokens_live": self.id_tokens_live,
            "keys": [{**key.as_dict(private=True), "alg": "RS256"} for key in self.keys],
            "people": self.people,
        }
        self.facts_file.write_text(json.dumps(facts))

    def start(self) -> None:
        self.tell()
        words = ["node", str(SCRIPT), str(self.installed), str(self.port), str(self.facts_file)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with suppress(requests.ConnectionError):
                requests.get(f"{self.url}/jwks", timeout=PATIENCE)
                return
            time.sleep(0.1)
        raise TimeoutError

    def stop(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def pages(self, url: str, login: str) -> dict[str, str]:
        """Go through its pages as a person: sign in, consent; the query that it sends her back with."""
        browser = requests.Session()
        for _ in range(12):
            answer = browser.get(url, allow_redirects=False, timeout=PATIENCE)
            while answer.status_code in {302, 303}:
                url = urljoin(url, answer.headers["Location"])
                if url.startswith(US):
                    return dict(parse_qsl(urlsplit(url).query))
                answer = browser.get(url, allow_redirects=False, timeout=PATIENCE)
            form = {"prompt": "login" if 'name="login"' in answer.text else "consent"}
            action = ACTION.search(answer.text)
            assert action, answer.text
            sent = {**form, "login": login, "password": "x"}
            posted = browser.post(action[1], sent, allow_redirects=False, timeout=PATIENCE)
            url = urljoin(url, posted.headers["Location"])
        raise AssertionError(url)

    def sign_in(self, login: str = "olga") -> Found:
        url, attempt = begin(self.client)
        return finish(self.client, attempt, self.pages(url, login))

    def begun(self) -> tuple[Attempt, dict[str, str]]:
        """An attempt and its answer, which has not been looked at."""
        url, attempt = begin(self.client)
        return attempt, self.pages(url, "olga")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """oidc-provider, installed by npm into a folder of the tests."""
    npm = shutil.which("npm")
    assert npm, "node och npm saknas: apt-get install --no-install-recommends nodejs npm"
    folder = tmp_path_factory.mktemp("oidc")
    shutil.copy(PACKAGE, folder)
    words = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=600)
    return folder


@pytest.fixture
def real(installed: Path, tmp_path: Path) -> Iterator[RealProvider]:
    """A provider where Olga is."""
    olga = {"email": "olga@example.com", "email_verified": True, "name": "Olga Ek", "groups": ["a"]}
    provider = RealProvider(installed, tmp_path / "facts.json", people={"olga": olga})
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
