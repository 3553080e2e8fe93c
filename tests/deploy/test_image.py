"""The image, built from Debian, runs as compose.yaml says as any user on a read-only disk, and the road is walked in it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.support.containers import ANY_USER, IMAGE, Compose, build, environment
from tests.support.papers import paper
from tests.support.ports import free_port
from tests.support.standin import StandIn
from wizard.config import ROOT

pytestmark = pytest.mark.image
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HERS, NUMBER = "Norrtälje Bokbinderi AB", "559900-1079"
PATIENCE = 60


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The images are built; a folder for what building took."""
    for program in ("podman", "buildah", "mmdebstrap", "runc"):
        found = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        assert found, f"{program} saknas: apt-get install --no-install-recommends {program}"
    folder = tmp_path_factory.mktemp("image")
    build(folder)
    return folder


@pytest.fixture
def services(image: Path, tmp_path: Path) -> Iterator[tuple[Compose, str, StandIn]]:
    """Database, migrate, web and worker, the address of the web, and the stand-in that they know."""
    port = free_port()
    url = f"http://localhost:{port}"
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"]) as visma:
        _make_secrets(tmp_path, visma.client_secret)
        settings = {
            "PORT": str(port),
            "WIZARD_PUBLIC_URL": url,
            "WIZARD_SANDBOX_URL": visma.url,
            "WIZARD_VISMA_CLIENT_ID": visma.client_id,
        }
        compose = Compose(tmp_path, settings)
        try:
            compose.start("database")
            compose.until_healthy("database")
            compose.run("migrate")
            compose.start("web")
            compose.start("worker")
            compose.until_healthy("web")
            compose.until_healthy("worker")
            yield compose, url, visma
        finally:
            compose.close()


def _make_secrets(folder: Path, client_secret: str) -> None:
    """By the very commands of docs/production.md, and what Visma gave where the paper says so."""
    blocks = re.findall(
        r"^ *```sh\n(.*?)^ *```$", paper("docs/production.md").text, re.MULTILINE | re.DOTALL
    )
    [commands] = [block for block in blocks if "mkdir" in block]
    subprocess.run(["sh", "-ec", commands], cwd=folder, check=True)
    made = folder / "secrets"
    (made / "visma_client_secret").write_text(f"{client_secret}\n")
    asked = yaml.safe_load((ROOT / "compose.yaml").read_text())["secrets"]
    assert {file.name for file in made.iterdir()} == {
        name for name in asked if not name.startswith("tls")
    }
    made.chmod(0o755)
    for file in made.iterdir():
        file.chmod(0o400)
        shutil.chown(file, ANY_USER)


def test_the_road_is_walked_in_the_image(services: tuple[Compose, str, StandIn]) -> None:
    compose, _, visma = services
    contact = (
        "--contact-name=Britta",
        "--contact-email=b@example.com",
        "--contact-phone=0812345678",
    )
    compose.execute("web", "flask", "firm", "create", "--name=Byrån AB", *contact)
    made = compose.execute(
        "web", "flask", "invitation", "create", f"--organisation-number={NUMBER}", f"--name={HERS}"
    )
    link = re.search(r"http://\S+/k/\S+", made.stdout)
    assert link, made
    with requests.Session() as browser:
        page = browser.get(link[0], timeout=PATIENCE)
        at = page.url.rpartition("/")[0]
        found = TOKEN.search(page.text)
        assert found, page.text
        form = {"csrf_token": found[1], "go": "express"}
        browser.post(f"{at}/valkommen", form, timeout=PATIENCE)
        way = browser.get(f"{at}/till-inloggning", allow_redirects=False, timeout=PATIENCE)
        back = visma.approve(way.headers["Location"], "Vera Välja", HERS)
        browser.get(back, timeout=PATIENCE)
    checked = compose.execute("worker", "flask", "connection", "check")
    assert "Aktiv" in checked.stdout, (checked, compose.logs("web"))
    saved = compose.execute("web", "flask", "backup", "create", "/backups/first")
    assert saved.returncode == 0, saved
    assert "1 kopplingar" in saved.stdout
    assert compose.execute("web", "flask", "backup", "verify", "/backups/first").returncode == 0
    assert compose.execute("web", "id", "-u").stdout.strip() == str(ANY_USER)
    assert compose.execute("web", "touch", "/app/x").returncode != 0


def test_the_image_says_what_it_is(image: Path) -> None:
    done = subprocess.run(
        ["podman", "image", "inspect", IMAGE],
        env=environment(image), capture_output=True, check=True,
    )  # fmt: skip
    [found] = json.loads(done.stdout)
    assert found["Labels"]["org.opencontainers.image.version"] == "0.0-test"
    assert found["User"] not in {"", "0", "root"}
    assert "healthcheck.py" in str(found["Healthcheck"])
    # No secret was given to a layer: the index and its password least of all.
    assert "pip.conf" not in str([one.get("created_by") for one in found["History"][-8:]])


def test_no_key_and_no_data_is_in_the_image(image: Path) -> None:
    words = [
        "podman",
        "--runtime",
        "runc",
        "--cgroup-manager",
        "cgroupfs",
        "run",
        "--rm",
        "--network=host",
        IMAGE,
    ]
    done = subprocess.run(
        [*words, "ls", "-A", "/app"],
        env=environment(image), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(done.stdout.split()) <= {
        ".venv", "__pycache__", "gunicorn.conf.py", "healthcheck.py", "requirements.txt", "static",
        "templates", "translations", "wizard", "wsgi.py",
    }  # fmt: skip
