"""Debian's nginx, run from the example in docs/deploy, with other ports and paths."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.certificates import self_signed
from tests.support.ports import free_port
from wizard.config import ROOT

EXAMPLE = ROOT / "docs/deploy/nginx"
PATIENCE = 30.0
AROUND = """
daemon off;
pid {folder}/pid;
events {{ }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/upstream.conf;
    include {folder}/kopplingsguiden.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """One that listens: its address with https and with http, its certificate, and its two logs in one file."""

    url: str
    plain: str
    certificate: str
    log: Path


@contextmanager
def nginx(port: int) -> Iterator[Nginx]:
    """Before a web server on this port."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx saknas: apt-get install --no-install-recommends nginx-light"
    with tempfile.TemporaryDirectory() as name:
        folder, secure, plain = Path(name), free_port(), free_port()
        folder.chmod(0o755)
        certificate = self_signed(folder, "localhost")
        log = folder / "log"
        changed = {
            "listen 443 ": f"listen 127.0.0.1:{secure} ",
            "listen 80 ": f"listen 127.0.0.1:{plain} ",
            "    listen [::]:443 ssl http2 default_server;\n": "",
            "    listen [::]:80 default_server;\n": "",
            "/run/secrets/tls_certificate": str(certificate),
            "/run/secrets/tls_key": str(certificate),
            "/var/log/nginx/access.log": str(log),
            "/var/log/nginx/error.log": str(log),
        }
        example = (EXAMPLE / "kopplingsguiden.conf").read_text()
        for old, new in changed.items():
            assert old in example, old
            example = example.replace(old, new)
        (folder / "kopplingsguiden.conf").write_text(example)
        upstream = (EXAMPLE / "upstream.conf").read_text()
        assert "127.0.0.1:8000" in upstream
        (folder / "upstream.conf").write_text(upstream.replace(":8000", f":{port}"))
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
        process = subprocess.Popen([program, "-e", log, "-c", folder / "nginx.conf"])
        found = Nginx(
            f"https://localhost:{secure}", f"http://localhost:{plain}", str(certificate), log
        )
        try:
            _until_it_answers(found)
            yield found
        finally:
            process.terminate()
            process.wait()


def _until_it_answers(found: Nginx) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(f"{found.url}/healthz", verify=found.certificate, timeout=PATIENCE)
        except requests.ConnectionError:
            assert time.monotonic() < ends, found.log.read_text()
            time.sleep(0.1)
        else:
            return
