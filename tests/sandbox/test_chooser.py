"""The pages that are shown: log-in, company chooser and standardföretag, by prompt and acr_values."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.client import SERVICE, Client, returned
from tests.support.standin import CompanyNotOfferedError, NeverReturnedError, StandIn

STINA, OTTO, VERA = "Stina Standardföretag", "Otto Överhoppad", "Vera Välja"
RIGHT, WRONG = "Norrtälje Bokbinderi AB", "Gamla Bolaget AB"
HIDDEN = "Företag Utan Bokföringstjänst AB"


@pytest.fixture
def client(standin: StandIn) -> Client:
    return Client(standin)


def company_after(client: Client, url: str, person: str, *, remember: bool = False) -> str:
    """The company that is connected when the person tries to choose the right one."""
    callback = client.standin.approve(url, person, RIGHT, remember=remember)
    assert client.exchange(callback).status_code == 200
    return client.standin.grants()[-1].company


@pytest.mark.parametrize(
    ("prompt", "acr_values", "company"),
    [
        (None, None, WRONG),
        (None, SERVICE, WRONG),
        ("login", SERVICE, WRONG),
        ("select_account", None, RIGHT),
        ("select_account", SERVICE, RIGHT),
        ("login select_account", SERVICE, RIGHT),
        ("login", f"{SERVICE} forceselectcompany:true", RIGHT),
        (None, "forceselectcompany:true", WRONG),
        ("consent", None, WRONG),
    ],
)
def test_standardforetag_is_taken_silently_unless_visma_is_asked_not_to(
    client: Client, prompt: str | None, acr_values: str | None, company: str
) -> None:
    url = client.authorize_url(prompt=prompt, acr_values=acr_values)
    assert company_after(client, url, STINA) == company


def test_the_preselected_company_is_the_standardforetag(client: Client) -> None:
    callback = client.standin.approve(client.authorize_url(), STINA)
    client.exchange(callback)
    assert client.standin.grants()[0].company == WRONG


def test_without_standardforetag_nothing_is_marked(client: Client) -> None:
    with pytest.raises(CompanyNotOfferedError):
        client.standin.approve(client.authorize_url(), VERA)


def test_otto_is_never_asked_until_he_removes_his_standardforetag(client: Client) -> None:
    url = client.authorize_url(prompt="login select_account")
    assert company_after(client, url, OTTO) == WRONG
    client.standin.set_default_company(OTTO, None)
    assert company_after(client, url, OTTO) == RIGHT


def test_only_companies_with_the_programme_are_offered_when_it_is_named(client: Client) -> None:
    approve = client.standin.approve
    assert "code" in returned(approve(client.authorize_url(acr_values=None), VERA, HIDDEN))
    with pytest.raises(CompanyNotOfferedError):
        approve(client.authorize_url(acr_values=SERVICE), VERA, HIDDEN)


def test_an_earlier_login_counts_unless_a_new_one_is_demanded(client: Client) -> None:
    standin = client.standin
    standin.approve(client.authorize_url(), STINA, RIGHT, remember=True)
    silent = standin.browsers[STINA].get(client.authorize_url(), timeout=10)
    assert "Inloggad som Stina" in silent.text
    again = standin.browsers[STINA].get(client.authorize_url(prompt="login"), timeout=10)
    assert "Välj vem du är" in again.text


def test_prompt_none_is_answered_without_any_page(client: Client) -> None:
    url = client.authorize_url(prompt="none")
    answer = returned(client.standin.approve(url, STINA))
    assert answer["error"] == "login_required"
    assert answer["state"] == client.state


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "okänd"},
        {"client_id": None},
        {"redirect_uri": "http://localhost:5000/annan"},
        {"redirect_uri": None},
        {"redirect_uri": 'http://localhost:5000/visma/callback\n"å'},
        {"scope": "ea:api okänd"},
        {"scope": None},
        {"response_type": "token"},
        {"response_type": None},
        {"code_challenge": "kort"},
        {"code_challenge_method": "S512"},
    ],
)
def test_a_request_that_is_wrong_ends_on_vismas_own_page(
    client: Client, change: dict[str, str | None]
) -> None:
    with pytest.raises(NeverReturnedError, match="Något gick fel"):
        client.standin.approve(client.authorize_url(**change), STINA)


ELSEWHERE = (
    "https://localhost:5000/visma/callback",
    "https://senseworks.example/visma/callback",
    "http://senseworks.example/visma/callback",
    "http://localhost.senseworks.example/callback",
    "http://localhost@senseworks.example/callback",
    "http://192.168.1.10/callback",
    "http://[::ffff:10.0.0.1]/callback",
    "javascript:alert(1)",
)


def test_nothing_but_this_machine_is_served_whatever_is_registered() -> None:
    with StandIn.start(ELSEWHERE) as standin:
        for uri in ELSEWHERE:
            with pytest.raises(NeverReturnedError):
                standin.approve(Client(standin).authorize_url(redirect_uri=uri), STINA)


def test_a_second_press_on_godkann_gets_the_same_answer(client: Client) -> None:
    with requests.Session() as browser:
        login = browser.get(client.authorize_url(), timeout=10)
        journey = parse_qs(urlsplit(login.url).query)["resa"][0]
        picked = {"person": "Elsa Ensam", "resa": journey}
        browser.post(login.url.partition("?")[0], data=picked, timeout=10)
        answers = [
            browser.post(
                client.authorize_url(),
                data={"resa": journey, "svar": "godkann"},
                allow_redirects=False,
                timeout=10,
            )
            for _ in range(2)
        ]
    assert "code=" in answers[0].headers["Location"]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
