"""What a call counts as, and how long an answer 429 closes its endpoint."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from requests import Response

from tests.standin import StandIn
from wizard.providers.gate import BudgetSpentError, closed_seconds, endpoint_of
from wizard.registry import make_providers

TOLD = b"API calls quota exceeded! maximum admitted 600 per Minute. Try again in 55 seconds."


class Recorder:
    """A gate that lets everybody through and remembers what it was told."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.closed: list[tuple[str, float]] = []

    @contextmanager
    def call(self, endpoint: str, _seconds: float) -> Iterator[None]:
        """Remember the endpoint."""
        self.called.append(endpoint)
        yield

    def close(self, endpoint: str, seconds: float) -> None:
        """Remember for how long."""
        self.closed.append((endpoint, seconds))


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v2/vouchers?$pagesize=1", "vouchers"),
        ("/v2/vouchers/2f3a/1b", "vouchers"),
        ("/connect/token", "token"),
        ("/status", "status"),
        ("", ""),
    ],
)
def test_addresses_of_an_endpoint_are_counted_together(path: str, endpoint: str) -> None:
    assert endpoint_of(f"https://api.example.com{path}") == endpoint


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("30", TOLD, 30),
        ("", TOLD, 55),
        ("soon", b"", 60),
        ("0", b"", 1),
        ("99999999", b"", 300),
        ("", b"again in 999999 seconds", 300),
        ("-5", TOLD, 55),
        ("9" * 400, TOLD, 300),
        ("\N{ARABIC-INDIC DIGIT ONE}", b"", 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", b"", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", b"", 300),
        ("Fri, 31 Dec 99999999 23:59:59 GMT", TOLD, 55),
    ],
)
def test_an_endpoint_is_closed_as_long_as_it_says(header: str, body: bytes, seconds: int) -> None:
    answer = Response()
    answer._content = body  # noqa: SLF001 -- requests has no other way to make one
    answer.headers["Retry-After"] = header
    assert closed_seconds(answer) == seconds


def test_every_call_passes_the_gate_and_too_many_close_it(visma_app: Flask, visma: StandIn) -> None:
    gate = Recorder()
    visma.configure(rate_limit=1)
    provider = make_providers(visma_app.extensions["settings"], lambda *_: gate)["visma"]
    token = visma.mint("Vera Välja", "Norrtälje Bokbinderi AB")[0]["access_token"]
    provider.company(token, timeout=5)
    with pytest.raises(BudgetSpentError) as told:
        provider.company(token, timeout=5)
    assert told.value.transient
    assert gate.called == ["companysettings", "companysettings"]
    [(endpoint, seconds)] = gate.closed
    assert endpoint == "companysettings"
    assert 1 <= seconds <= 60
