"""The endpoint that a call counts as, and how long an answer 429 closes it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from requests import Response

from tests.support.standin import StandIn
from wizard.providers.gate import (
    BudgetSpentError,
    Refused,
    closed_seconds,
    endpoint_of,
    on_behalf_of,
)
from wizard.registry import make_providers

TOLD = b"API calls quota exceeded! maximum admitted 600 per Minute. Try again in 55 seconds."


class Recorder:
    """A gate that allows all calls and records them."""

    def __init__(self) -> None:
        self.called: list[tuple[str, str]] = []
        self.closed: list[tuple[str, Refused, str]] = []

    @contextmanager
    def call(self, endpoint: str, seconds: float, caller: str = "") -> Iterator[None]:
        """Record the endpoint and the caller."""
        assert seconds > 0
        self.called.append((endpoint, caller))
        yield

    def close(self, endpoint: str, refused: Refused, caller: str = "") -> None:
        """Record what the answer said, and to whom."""
        self.closed.append((endpoint, refused, caller))


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
def test_urls_of_an_endpoint_are_counted_together(path: str, endpoint: str) -> None:
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
        ("\N{ARABIC-INDIC DIGIT ONE}", b"", 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", b"", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", b"", 300),
        ("Fri, 31 Dec 99999999 23:59:59 GMT", TOLD, 55),
    ],
)
def test_an_endpoint_is_closed_for_the_time_in_its_response(
    header: str, body: bytes, seconds: int
) -> None:
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
    [(endpoint, refused, caller)] = gate.closed
    assert endpoint == "companysettings"
    assert gate.called == [(endpoint, caller)] * 2
    assert 1 <= refused.seconds <= 60
    assert refused.allowed == 1


def test_callers_are_told_apart_by_their_tokens(visma_app: Flask, visma: StandIn) -> None:
    gate = Recorder()
    provider = make_providers(visma_app.extensions["settings"], lambda *_: gate)["visma"]
    hers, his = visma.mint("Vera Välja", "Norrtälje Bokbinderi AB", 2)
    for tokens in (hers, his, hers):
        provider.company(tokens["access_token"], timeout=5)
    first, second, third = [caller for _, caller in gate.called]
    assert first == third != second
    gate.called.clear()
    for tokens in (hers, his):
        provider.refresh(tokens["refresh_token"], timeout=5)
    [(one, first), (other, second)] = gate.called
    assert one == other == "token"
    assert "" not in {first, second}
    assert first != second


def test_a_companys_grants_are_one_caller_where_it_is_named(
    visma_app: Flask, visma: StandIn
) -> None:
    gate = Recorder()
    provider = make_providers(visma_app.extensions["settings"], lambda *_: gate)["visma"]
    with on_behalf_of("abc"):
        for tokens in visma.mint("Vera Välja", "Norrtälje Bokbinderi AB", 2):
            provider.company(tokens["access_token"], timeout=5)
    assert gate.called == [("companysettings", "company:abc")] * 2
