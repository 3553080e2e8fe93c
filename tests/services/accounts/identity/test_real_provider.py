"""Single sign-on against a real provider process that shares no code with ours: npm's oidc-provider."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
import time_machine
from joserfc.jwk import RSAKey

from tests.support.identity_provider import CALLBACK, CLIENT_ID, HERE, SECRET, new_key
from tests.support.ports import free_port
from wizard.models import now
from wizard.services.accounts.identity import metadata
from wizard.services.accounts.identity.client import (
    Attempt,
    Client,
    Found,
    SignInFailedError,
    begin,
    finish,
    look_up,
)
from wizard.services.accounts.identity.metadata import GoneError, ProviderDownError
from wizard.services.accounts.identity.tokens import TokenRefusedError, verify
from wizard.services.accounts.identity.transport import session_for

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("oidc-provider")]
HERE_FOLDER = Path(__file__).parents[3] / "support" / "oidc"
SCRIPT, PACKAGE = HERE_FOLDER / "provider.mjs", HERE_FOLDER / "package.json"
PATIENCE = 60.0
ACTION = re.compile(r'action="([^"]+/interaction/[^"]+)"')


@dataclass
class RealProvider:
    """The process, and the facts that it reads anew for each answer."""

    installed: Path
    facts_file: Path
    port: int = field(default_factory=free_port)
    keys: list[RSAKey] = field(default_factory=lambda: [new_key("first")])
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def client(self) -> Client:
        known = f"{self.url}/.well-known/openid-configuration"
        return Client(known, CLIENT_ID, SECRET, CALLBACK, "groups", HERE)

    def tell(self) -> None:
        """Write the facts, for what it answers from now on."""
        facts = {
            "redirect_uris": [CALLBACK],
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
                if url.startswith(CALLBACK):
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


@pytest.fixture(scope="module")
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


def test_a_person_signs_in_with_what_is_known_of_her(real: RealProvider) -> None:
    found = real.sign_in()
    assert (found.person.subject, found.person.email) == ("olga", "olga@example.com")
    assert (found.person.name, found.person.groups) == ("Olga Ek", frozenset({"a"}))
    assert (found.token or "").startswith("refresh ")


def test_other_groups_are_seen_when_she_is_looked_up(real: RealProvider) -> None:
    token = real.sign_in().token or ""
    real.people["olga"]["groups"] = ["b"]
    real.tell()
    found = look_up(real.client, token, "olga")
    assert found.person.groups == frozenset({"b"})
    assert look_up(real.client, found.token or "", "olga")


def test_who_has_left_is_gone(real: RealProvider) -> None:
    token = real.sign_in().token or ""
    real.people.clear()
    real.tell()
    with pytest.raises(GoneError):
        look_up(real.client, token, "olga")


def test_keys_are_rotated_between_two_sign_ins_and_in_the_midst_of_one(real: RealProvider) -> None:
    real.sign_in()
    attempt, answer = real.begun()
    real.keys = [new_key("second")]
    real.tell()
    assert finish(real.client, attempt, answer).person.subject == "olga"
    assert real.sign_in()


def test_the_nonce_is_of_the_attempt(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with pytest.raises(SignInFailedError, match="nonce"):
        finish(real.client, replace(attempt, nonce="another"), answer)


def test_the_verifier_is_of_the_attempt(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with pytest.raises(SignInFailedError, match="grant"):
        finish(real.client, replace(attempt, verifier="x" * 43), answer)


def test_a_code_works_once(real: RealProvider) -> None:
    attempt, answer = real.begun()
    assert finish(real.client, attempt, answer)
    with pytest.raises(SignInFailedError, match="grant"):
        finish(real.client, attempt, answer)


def test_an_expired_id_token_proves_nothing(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with (
        time_machine.travel(now() + timedelta(hours=2)),
        pytest.raises(SignInFailedError, match="expired"),
    ):
        finish(real.client, attempt, answer)


def test_an_id_token_for_another_client_proves_nothing(real: RealProvider) -> None:
    theirs = replace(real.client, client_id="andra")
    url, attempt = begin(theirs)
    code = real.pages(url, "olga")["code"]
    session = session_for("andra", SECRET, HERE, redirect_uri=CALLBACK)
    known = metadata.fetch(session, theirs.metadata_url, HERE)
    given = session.fetch_token(
        known.token_endpoint,
        auth=session.client_auth("client_secret_post"),
        code=code,
        code_verifier=attempt.verifier,
    )
    keys = metadata.fetch_json(session, known.jwks_uri)
    facts = {"issuer": known.issuer, "nonce": attempt.nonce}
    assert verify(given["id_token"], keys, client_id="andra", **facts)
    with pytest.raises(TokenRefusedError, match="audience"):
        verify(given["id_token"], keys, client_id=CLIENT_ID, **facts)


def test_a_provider_that_is_down_is_said_to_be_and_is_up_again(real: RealProvider) -> None:
    attempt, answer = real.begun()
    token = real.sign_in().token or ""
    real.stop()
    with pytest.raises(ProviderDownError):
        finish(real.client, attempt, answer)
    with pytest.raises(ProviderDownError):
        look_up(real.client, token, "olga")
    real.start()
    assert real.sign_in()


def test_two_providers_cannot_be_mixed_up(
    real: RealProvider, installed: Path, tmp_path: Path
) -> None:
    other = RealProvider(installed, tmp_path / "other.json", people=real.people)
    other.start()
    try:
        attempt, answer = other.begun()
        as_ours = {**answer, "state": attempt.state}
        with pytest.raises(SignInFailedError, match="mixed_up"):
            finish(real.client, attempt, as_ours)
        with pytest.raises(SignInFailedError, match="grant"):
            finish(real.client, attempt, {**as_ours, "iss": real.url})
    finally:
        other.stop()
