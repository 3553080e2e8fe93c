"""Which addresses of providers are asked, and how much of an answer is read."""

import pytest

from tests.support.identity_provider import HERE, Issuer
from wizard.net.addresses import Reach
from wizard.providers.http import AnswerTooLargeError
from wizard.services.accounts.identity.transport import (
    MOST_BYTES,
    AddressRefusedError,
    checked,
    session_for,
)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.com/",
        "https://user@login.example.com/",
        "https://login.example.com/#part",
        "https://[::1",
        "/token",
        "javascript:alert(1)",
        "http://127.0.0.1/",
    ],
)
def test_no_secret_is_sent_to_an_odd_address(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        checked(address, Reach.INTERNET)


def test_plain_http_is_for_this_computer_alone() -> None:
    assert checked("http://127.0.0.1:3000/token", HERE).port == 3000
    with pytest.raises(AddressRefusedError):
        checked("http://192.168.0.1/token", HERE)


def test_an_answer_is_read_up_to_a_limit(issuer: Issuer) -> None:
    issuer.metadata = {"much": "x" * MOST_BYTES}
    with pytest.raises(AnswerTooLargeError):
        session_for("c", "s", HERE).request("GET", issuer.metadata_url, withhold_token=True)
