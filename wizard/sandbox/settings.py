"""Settings of the stand-in, from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"  # never another address: the stand-in must not be reachable from other machines


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings that are fixed while it runs; `Behaviour` holds those that can change."""

    port: int = 5001
    client_id: str = "ovningsklient"
    client_secret: str = "ovningshemlighet"
    client_name: str = "Senseworks"
    redirect_uris: tuple[str, ...] = ("http://localhost:5000/visma/callback",)
    state_file: Path | None = None
    rotation: str = "rotating"
    revocation: str = "one"
    threads: int = 32
    listen_fd: int | None = None

    @property
    def origin(self) -> str:
        """The base URL of issuer, log-in, API and temporary files."""
        return f"http://{HOST}:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables SANDBOX_…; an empty one counts as unset."""
        given = {
            name.removeprefix("SANDBOX_").lower(): value
            for name, value in environment.items()
            if name.startswith("SANDBOX_") and value
        }
        default = cls()
        return cls(
            port=int(given.get("port", default.port)),
            client_id=given.get("client_id", default.client_id),
            client_secret=given.get("client_secret", default.client_secret),
            client_name=given.get("client_name", default.client_name),
            redirect_uris=tuple(given["redirect_uris"].split())
            if "redirect_uris" in given
            else default.redirect_uris,
            state_file=Path(given["state_file"]) if "state_file" in given else None,
            rotation=given.get("rotation", default.rotation),
            revocation=given.get("revocation", default.revocation),
            threads=int(given.get("threads", default.threads)),
            listen_fd=int(given["listen_fd"]) if "listen_fd" in given else None,
        )
