"""An identity provider over HTTP for tests, whose every answer can be made wrong."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from wizard.net.addresses import Reach
from wizard.services.accounts.identity.client import Client

HERE = Reach.THIS_COMPUTER
CLIENT_ID, SECRET = "guiden", "a secret of nobody's"
CALLBACK = "http://localhost/logga-in/med/x/svar"
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass
class Issuer:
    """A running provider; ``claims`` are those of the person who signs in."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[RSAKey] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)  # instead of its own
    gives_refresh_token: bool = True
    status: int = 200  # of every answer
    is_gone: bool = False  # the person, to whoever asks again
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_token: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def metadata_url(self) -> str:
        return f"{self.url}{WELL_KNOWN}"

    def client(self, **other: Any) -> Client:
        """Our client there."""
        given = {
            "metadata_url": self.metadata_url,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "redirect_uri": CALLBACK,
            "groups_claim": "groups",
            "reach": HERE,
        }
        return Client(**{**given, **other})

    def rotate(self) -> None:
        """Sign with another key from now on, and publish no other."""
        self.key = new_key(secrets.token_hex(4))
        self.published = []

    def authorize(self, url: str) -> dict[str, str]:
        """What it sends the browser back with, when she has signed in there."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    def about(self) -> dict[str, Any]:
        own = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "scopes_supported": ["openid", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.userinfo is not None:
            own["userinfo_endpoint"] = f"{self.url}/me"
        return {**own, **self.metadata}

    def id_token(self, nonce: str | None) -> str:
        moment = int(time.time())
        own = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "olga",
            "iat": moment,
            "exp": moment + 300,
            **({"nonce": nonce} if nonce else {}),
        }
        claims = {name: one for name, one in {**own, **self.claims}.items() if one is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer(self, path: str, form: dict[str, str], bearer: str) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {}
        if path == WELL_KNOWN:
            return 200, self.about()
        if path == "/keys":
            return 200, {
                "keys": [one.as_dict(private=False) for one in [self.key, *self.published]]
            }
        if path == "/me":
            return (
                (401, {})
                if self.is_gone or not bearer
                else (200, {"sub": "olga", **(self.userinfo or {})})
            )
        return self.token(form)

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return 401, {"error": "invalid_client"}
        nonce = None
        if form["grant_type"] == "refresh_token":
            if self.is_gone or form["refresh_token"] != self.refresh_token:
                return 400, {"error": "invalid_grant"}
        else:
            asked = self.codes.pop(form["code"], None)
            if asked is None or asked["code_challenge"] != challenge(form["code_verifier"]):
                return 400, {"error": "invalid_grant"}
            nonce = asked["nonce"]
        given = {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(nonce)}
        if self.gives_refresh_token:
            self.refresh_token = given["refresh_token"] = secrets.token_urlsafe(8)
        return 200, given


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, private=True)


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Issuer]:
    """A provider on a free port of this computer."""
    provider = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say()

        def do_POST(self) -> None:
            self.say()

        def say(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            path = urlsplit(self.path).path
            provider.asked.append(path)
            status, told = provider.answer(path, form, self.headers.get("Authorization", ""))
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_given: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
