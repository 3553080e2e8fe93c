"""A server in Visma's place that answers whatever a test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from wizard.providers.visma import Visma, VismaEndpoints


@dataclass
class Liar:
    """The server, by a provider that speaks to it: what it answers to a path, else always the same."""

    provider: Visma
    body: bytes = b""
    status: int = 200
    answer: Callable[[str], tuple[int, bytes]] | None = None


@contextmanager
def lying() -> Iterator[Liar]:
    """Run the server during the block."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = liar.answer(self.path) if liar.answer else (liar.status, liar.body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = respond  # noqa: N815 -- http.server's names

        def log_message(self, *_: object) -> None:
            """Do not log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        liar = Liar(
            Visma(
                VismaEndpoints(
                    identity_url=url,
                    web_url="https://visma.test",
                    api_url=url,
                    client_id="client",
                    client_secret="secret",
                    redirect_uri=f"{url}/callback",
                    scopes="ea:api",
                    prompt="",
                    acr_values="",
                    file_hosts="127.0.0.1",
                    issuer_required=False,
                    rate_limit=600,
                    local=True,
                )
            )
        )
        yield liar
        server.shutdown()
