"""Each person of the cast causes the documented outcome."""

import pytest
import requests

from tests.sandbox.client import Client, returned
from tests.support.standin import NeverReturnedError, StandIn
from wizard.sandbox.cast import companies, people


@pytest.fixture
def client(standin: StandIn) -> Client:
    return Client(standin)


def exchange_as(client: Client, person: str) -> requests.Response:
    return client.exchange(client.standin.approve(client.authorize_url(), person))


def test_rut_gets_no_refresh_token(client: Client) -> None:
    tokens = exchange_as(client, "Rut Utan Förnyelse").json()
    assert "refresh_token" not in tokens
    assert client.get("companysettings", tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("person", "error"),
    [("Kodvägrar-Karl", "invalid_grant"), ("Fel Klient-Frida", "invalid_client")],
)
def test_karls_code_and_fridas_client_are_refused(client: Client, person: str, error: str) -> None:
    answer = exchange_as(client, person)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_fias_response_has_a_wrong_issuer(client: Client) -> None:
    answer = returned(client.standin.approve(client.authorize_url(), "Fel Utfärdare-Fia"))
    assert answer["iss"] == "https://nagon-annan.example"
    assert answer["code"]


def test_svens_response_is_slow(client: Client) -> None:
    client.standin.configure(slow_seconds=0.01)
    assert exchange_as(client, "Sena Svar-Sven").status_code == 200


def test_nils_finds_the_server_down_and_hanna_a_web_page(client: Client) -> None:
    assert exchange_as(client, "Visma Nere-Nils").status_code == 503
    page = exchange_as(client, "HTML-Hanna")
    assert (page.status_code, page.text[:9]) == (200, "<!doctype")


def test_sara_comes_back_with_an_error_and_arne_never(client: Client) -> None:
    answer = returned(client.standin.approve(client.authorize_url(), "Serverfel-Sara"))
    assert (answer["error"], answer["state"]) == ("server_error", client.state)
    with pytest.raises(NeverReturnedError):
        client.standin.approve(client.authorize_url(), "Aldrig Åter-Arne")


def test_the_cast_is_consistent() -> None:
    numbers = [company.number for company in companies.ALL if company.number]
    assert len(set(numbers)) == len(numbers)
    assert {key for person in people.ALL for key in person.companies} == set(companies.BY_KEY)
    for number in numbers:
        digits = [int(sign) for sign in number if sign.isdecimal()][-10:]
        if len(digits) == 10:
            doubled = [digit * (2 - place % 2) for place, digit in enumerate(digits)]
            assert sum(each // 10 + each % 10 for each in doubled) % 10 == 0
