"""The stand-in Visma for tests: starts it as a process, controls it, and goes through its pages."""

import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

import requests

ROOT = Path(__file__).parents[2]
JSON = "application/json"
TIMEOUT = 60  # seconds; reached only if the stand-in hangs
DEFAULT_REDIRECT_URIS = ("http://localhost:5000/visma/callback",)
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
CHOICE = re.compile(r'name="foretag" value="([^"]+)"[^>]*?(checked)?>\s*<span><strong>([^<]+)<')
FORM = re.compile(r'<form[^>]* action="([^"]+)"')


class NeverReturnedError(Exception):
    """The authorization ended on a page of Visma's instead of a redirect to the client."""


class CompanyNotOfferedError(Exception):
    """The chooser does not offer the company."""


@dataclass(frozen=True)
class Grant:
    """A valid grant at Visma."""

    id: str
    person: str
    company: str
    organisation_number: str | None
    scope: str
    created_at: float


@dataclass
class StandIn:
    """A running stand-in. `url` is the base URL of everything (http://127.0.0.1:PORT)."""

    url: str
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    process: subprocess.Popen[bytes]
    browsers: dict[str, requests.Session] = field(default_factory=dict)

    @classmethod
    def start(
        cls,
        redirect_uris: Sequence[str] = DEFAULT_REDIRECT_URIS,
        *,
        state_file: Path | None = None,
        port: int = 0,
        client_id: str = "ovningsklient",
        client_secret: str | None = None,
        **environment: str,
    ) -> Self:
        """Start one on a free port (or `port`); other SANDBOX_… settings as `rotation="reusable"`.

        The child inherits the listening socket, so that there is no race for the port and no need
        to wait: the first request stays in the queue until it is answered.
        """
        secret = client_secret or secrets.token_urlsafe(24)
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", port))
            listening.listen(512)
            bound = listening.getsockname()[1]
            given = {
                "port": str(bound),
                "listen_fd": str(listening.fileno()),
                "client_id": client_id,
                "client_secret": secret,
                "redirect_uris": " ".join(redirect_uris),
                "state_file": str(state_file or ""),
                **environment,
            }
            process = subprocess.Popen(
                [sys.executable, "-m", "wizard.sandbox"],
                cwd=ROOT,
                env=_environment(given),
                pass_fds=(listening.fileno(),),
            )
        url = f"http://127.0.0.1:{bound}"
        return cls(url, client_id, secret, tuple(redirect_uris), process)

    @property
    def settings(self) -> dict[str, str]:
        """Settings for a wizard that uses it."""
        return {
            "sandbox_url": self.url,
            "visma_client_id": self.client_id,
            "visma_client_secret": self.client_secret,
        }

    def stop(self) -> None:
        """Stop it at once."""
        for browser in self.browsers.values():
            browser.close()
        self.process.terminate()
        self.process.wait(TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Control

    def reset(self) -> None:
        """Reset grants, settings, counters and all changes; log everybody out."""
        self.browsers.clear()
        self._steer("POST", "reset", {})

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change settings (see `wizard/sandbox/behaviour.py`); returns all settings.

        As in configure(rotation="reusable", api_latency_ms=50, rate_limit=10, clock_offset=3600,
        faults=[{"kind": "status", "value": 503, "endpoints": ["token"], "times": 1}]).
        """
        answer: dict[str, Any] = self._steer("POST", "settings", settings).json()
        return answer

    def fail(
        self,
        endpoint: str,
        kind: str = "error_code",
        value: int = 0,
        *,
        word: str = "",
        company: str | None = None,
        times: int | None = None,
    ) -> None:
        """Let one endpoint fail from now on; replaces earlier faults."""
        fault = {"kind": kind, "value": value, "word": word, "endpoints": [endpoint]}
        self.configure(faults=[{**fault, "company": company, "times": times}])

    def heal(self) -> None:
        """Remove all faults."""
        self.configure(faults=[])

    def counters(self) -> dict[str, int]:
        """The counters; those at zero are missing."""
        answer: dict[str, int] = self._steer("GET", "counters").json()
        return answer

    def unexpected(self) -> list[str]:
        """The calls since the reset, as "PUT /v2/vouchers", that a client which only reads never makes."""
        answer: list[str] = self._steer("GET", "unexpected").json()
        return answer

    def clear_counters(self) -> None:
        """Reset the counters."""
        self._steer("DELETE", "counters")

    def grants(self) -> list[Grant]:
        """The valid grants, oldest first."""
        names = Grant.__dataclass_fields__
        rows = self._steer("GET", "grants").json()
        return [Grant(**{name: row[name] for name in names}) for row in rows]

    def grants_of(self, refresh_tokens: Sequence[str]) -> list[str | None]:
        """The id of each refresh token's grant, in order; None for an unknown token."""
        body = {"tokens": list(refresh_tokens)}
        answer: list[str | None] = self._steer("POST", "tokens", body).json()
        return answer

    def ended(self) -> list[dict[str, Any]]:
        """The ended grants: `id`, `why`, and `replaced_at` of the last used refresh token."""
        answer: list[dict[str, Any]] = self._steer("GET", "ended").json()
        return answer

    def mint(
        self, person: str, company: str, count: int = 1, scope: str | None = None
    ) -> list[dict[str, Any]]:
        """Create grants without the pages; returns token responses, each with the id of its `grant`."""
        body = {"person": person, "company": company, "count": count}
        given = body | ({"scope": scope} if scope else {})
        answers: list[dict[str, Any]] = self._steer("POST", "grants", given).json()
        return answers

    def end_grant(self, grant_id: str) -> None:
        """End a grant at Visma."""
        self._steer("DELETE", f"grants/{grant_id}")

    def happens(self, event: str, person: str | None = None, company: str | None = None) -> None:
        """Make an event happen at Visma (see `wizard/sandbox/steering/events.py`)."""
        self._steer("POST", "events", {"event": event, "person": person, "company": company})

    def set_default_company(self, person: str, company: str | None) -> None:
        """Set or remove (None) a person's standardföretag."""
        self._steer("POST", "default-company", {"person": person, "company": company})

    def _steer(self, method: str, path: str, body: object = None) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False  # a test may have set a proxy
            url = f"{self.url}/ovning/{path}"
            answer = session.request(method, url, json=body, timeout=TIMEOUT)
        if not answer.ok:
            told = answer.json()["error"] if answer.headers["Content-Type"] == JSON else answer.text
            raise ValueError(told)
        return answer

    # Going through the pages

    def approve(
        self,
        authorize_url: str,
        person: str,
        company: str | None = None,
        *,
        remember: bool = False,
    ) -> str:
        """Go through the pages as a person and press Godkänn; returns the redirect URL.

        `company` (name or organisation number) is chosen if the page asks; None accepts the
        preselected one. `remember` keeps the browser, so that the person is still logged in the
        next time.
        """
        return self._walk(authorize_url, person, company, "godkann", remember)

    def deny(
        self,
        authorize_url: str,
        person: str,
        company: str | None = None,
        *,
        remember: bool = False,
    ) -> str:
        """Go through the pages as a person and press Avbryt; returns the redirect URL."""
        return self._walk(authorize_url, person, company, "avbryt", remember)

    def _walk(
        self, authorize_url: str, person: str, company: str | None, answer: str, remember: bool
    ) -> str:
        with self._browser(person, keep=remember) as browser:
            response = browser.get(authorize_url, allow_redirects=False, timeout=TIMEOUT)
            while True:
                if response.is_redirect:
                    target = urljoin(response.url, response.headers["Location"])
                    if not target.startswith(self.url + "/"):
                        return target
                    response = browser.get(target, allow_redirects=False, timeout=TIMEOUT)
                else:
                    action, fields = _fill_in(response, person, company, answer)
                    response = browser.post(
                        urljoin(response.url, action),
                        data=fields,
                        allow_redirects=False,
                        timeout=TIMEOUT,
                    )

    @contextmanager
    def _browser(self, person: str, *, keep: bool) -> Iterator[requests.Session]:
        if keep:
            yield self.browsers.setdefault(person, requests.Session())
        else:
            with requests.Session() as browser:
                yield browser


def _environment(given: dict[str, str]) -> dict[str, str]:
    """The process's environment: ours, with only the given SANDBOX_ settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SANDBOX_")}
    return kept | {f"SANDBOX_{name.upper()}": value for name, value in given.items()}


def _fill_in(
    response: requests.Response, person: str, company: str | None, answer: str
) -> tuple[str, dict[str, str]]:
    """The action of the page's form, and the person's answers."""
    page = response.text
    form = FORM.search(page)
    if response.status_code != 200 or form is None:
        raise NeverReturnedError(page)
    fields = {name: unescape(value) for name, value in FIELD.findall(page)}
    if 'name="person"' in page:
        fields["person"] = person
    elif 'name="foretag"' in page:
        fields["foretag"] = _choose(page, company)
    else:
        fields["svar"] = answer
    return unescape(form.group(1)), fields


def _choose(page: str, company: str | None) -> str:
    """The value of the company to choose, or of the preselected one."""
    for value, marked, name in CHOICE.findall(page):
        if (company is None and marked) or company in (unescape(name), value):
            return str(unescape(value))
    raise CompanyNotOfferedError(company or "none is marked, so one has to be named")
