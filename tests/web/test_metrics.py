"""The page of figures: for who shows the token, right over several processes, and as the paper says."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import SETTINGS
from tests.support.live import Wizard
from tests.support.papers import paper
from wizard import figures
from wizard.providers.allowed_calls import ALLOWED, AllowedCalls, Host
from wizard.providers.http import BoundedAdapter

TOKEN = "a token that only Prometheus has, of us all"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PATIENCE_SECONDS = 90
Found = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Found:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(found: Found, endpoint: str) -> float:
    """How many requests to an endpoint were answered."""
    return sum(
        value
        for (name, labels), value in found.items()
        if name == "wizard_http_requests_total" and ("endpoint", endpoint) in labels
    )


@pytest.fixture
def told(make_app: Callable[..., Flask]) -> Flask:
    return make_app(metrics_token=TOKEN)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer another"}, {"Authorization": f"Basic {TOKEN}"}]
)
def test_metrics_is_no_page_for_who_has_not_the_token(told: Flask, headers: dict[str, str]) -> None:
    assert told.test_client().get("/metrics", headers=headers).status_code == 404


def test_without_a_token_there_is_no_such_page(app: Flask) -> None:
    assert (
        app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    )


def test_what_was_asked_is_told_at_once(told: Flask) -> None:
    reader = told.test_client()
    for _ in range(3):
        reader.get("/hjalp")
    reader.get("/finns-inte")
    answer = reader.get("/metrics", headers=BEARER)
    assert answer.content_type.startswith("text/plain")
    found = read(answer.text)
    assert asked(found, "help.index") == 3
    assert (
        found["wizard_http_requests_total", frozenset({("endpoint", "none"), ("status", "404")})]
        == 1
    )
    assert found["wizard_database_up", frozenset()] == 1
    buckets = [
        value
        for (name, labels), value in found.items()
        if name == "wizard_http_request_duration_seconds_bucket"
        and ("endpoint", "help.index") in labels
    ]
    assert len(buckets) == len(figures.QUICK) + 1
    assert max(buckets) == 3


def test_a_database_that_is_away_is_told_of(make_app: Callable[..., Flask]) -> None:
    away = make_app(metrics_token=TOKEN, database_url="postgresql://nobody@127.0.0.1:1/none")
    answer = away.test_client().get("/metrics", headers=BEARER)
    assert read(answer.text) == {("wizard_database_up", frozenset()): 0.0}


def test_every_figure_stands_in_the_paper_and_no_other(told: Flask) -> None:
    text = told.test_client().get("/metrics", headers=BEARER).text
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    written = re.findall(r"^\| `(wizard_\w+)` \|", paper("docs/metrics.md").text, re.MULTILINE)
    assert sorted(kinds) == sorted(written)


def test_a_call_to_a_provider_is_counted_by_its_outcome() -> None:
    def number(outcome: str) -> float:
        return figures.samples().get(
            (
                "wizard_provider_calls",
                "wizard_provider_calls_total",
                (("outcome", outcome), ("provider", "nobody")),
            ),
            0.0,
        )

    session = requests.Session()
    allowed = AllowedCalls(ALLOWED["visma"], {Host.API: "http://127.0.0.1:1"})
    session.mount("http://", BoundedAdapter("nobody", allowed))
    before = number("silent")
    with pytest.raises(requests.ConnectionError):
        session.get("http://127.0.0.1:1/v2/vouchers", timeout=1)
    assert number("silent") == before + 1


@pytest.fixture
def several(database_url: str, tmp_path: Path, catalogues: None) -> Iterator[Wizard]:
    listening, url = Wizard.address()
    given = {**SETTINGS, "metrics_token": TOKEN, "database_url": database_url}
    given.pop("public_url")
    wizard = Wizard.start(listening, url, tmp_path / "log", **given, workers=2, threads=4)
    yield wizard
    wizard.stop()


def until(url: str, wanted: int) -> Found:
    """The figures, when so many requests for the help are told of, or at the end of patience."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = read(requests.get(f"{url}/metrics", headers=BEARER, timeout=PATIENCE_SECONDS).text)
        if asked(found, "help.index") >= wanted or time.monotonic() > ends:
            return found
        time.sleep(0.5)


def test_several_processes_and_restarts_count_together(several: Wizard) -> None:
    def ask(_: int) -> int:
        return requests.get(f"{several.url}/hjalp", timeout=PATIENCE_SECONDS).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(ask, range(60))) == {200}
    found = until(several.url, 60)
    assert asked(found, "help.index") == 60
    several.process.terminate()  # what is not added yet is added at the end
    several.process.wait(PATIENCE_SECONDS)
    several.restart()
    assert ask(0) == 200
    time.sleep(1)
    assert asked(until(several.url, 61), "help.index") == 61
    ends = time.monotonic() + PATIENCE_SECONDS
    while (number := threads(several.url)) != 8 and time.monotonic() < ends:
        time.sleep(1)
    assert number == 8


def threads(url: str) -> float | None:
    found = read(requests.get(f"{url}/metrics", headers=BEARER, timeout=PATIENCE_SECONDS).text)
    return found.get(("wizard_threads_limit", frozenset({("process", "web")})))


@pytest.mark.system
def test_promtool_finds_nothing_to_say(told: Flask) -> None:
    reader = told.test_client()
    reader.get("/hjalp")
    text = reader.get("/metrics", headers=BEARER).text
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
