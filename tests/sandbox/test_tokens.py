"""Codes, tokens, rotation and revocation, as documented by Visma or implemented by Duende."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.client import Client, returned
from tests.support.standin import StandIn

ELSA = "Elsa Ensam"


@pytest.fixture
def client(standin: StandIn) -> Client:
    return Client(standin)


def test_a_token_response_has_the_documented_fields(client: Client) -> None:
    tokens = client.tokens(ELSA)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert "ea:sales_readonly" in tokens["scope"]
    assert tokens["refresh_token"]


def test_the_client_can_authenticate_by_post(client: Client) -> None:
    refresh_token = client.tokens(ELSA)["refresh_token"]
    answer = client.token(by_post=True, grant_type="refresh_token", refresh_token=refresh_token)
    assert answer.status_code == 200


def test_a_wrong_secret_is_invalid_client_and_400(client: Client, standin: StandIn) -> None:
    standin.client_secret, right = "fel", standin.client_secret
    for by_post in (True, False):
        answer = client.token(by_post=by_post, grant_type="refresh_token", refresh_token="x")
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    standin.client_secret = right


def test_an_unknown_kind_of_request_is_refused(client: Client) -> None:
    answer = client.token(grant_type="password", username="a", password="b")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_code_is_valid_once_and_its_reuse_ends_the_grant(
    client: Client, standin: StandIn
) -> None:
    callback = standin.approve(client.authorize_url(), ELSA)
    first = client.exchange(callback).json()
    again = client.exchange(callback)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert client.refresh(first["refresh_token"]).status_code == 400
    assert client.get("companysettings", first["access_token"]).status_code == 401
    assert standin.grants() == []


def test_of_two_exchanges_at_once_one_succeeds(client: Client, standin: StandIn) -> None:
    callback = standin.approve(client.authorize_url(), ELSA)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.exchange(callback).status_code, range(8)))
    assert sorted(answers) == [200] + [400] * 7


def test_a_code_expires_after_five_minutes(client: Client, standin: StandIn) -> None:
    callback = standin.approve(client.authorize_url(), ELSA)
    standin.configure(clock_offset=301)
    assert client.exchange(callback).json() == {"error": "invalid_grant"}


def test_a_code_requires_its_redirect_uri(client: Client, standin: StandIn) -> None:
    callback = standin.approve(client.authorize_url(), ELSA)
    answer = client.exchange(callback, redirect_uri="http://localhost:5000/annan")
    assert answer.json() == {"error": "invalid_grant"}


def test_a_code_requires_its_verifier(client: Client, standin: StandIn) -> None:
    callback = standin.approve(client.authorize_url(), ELSA)
    assert client.exchange(callback, code_verifier="a" * 43).json() == {"error": "invalid_grant"}


def test_without_a_challenge_no_verifier_is_needed(client: Client, standin: StandIn) -> None:
    url = client.authorize_url(code_challenge=None, code_challenge_method=None)
    callback = standin.approve(url, ELSA)
    fields = {
        "grant_type": "authorization_code",
        "code": returned(callback)["code"],
        "redirect_uri": standin.redirect_uris[0],
    }
    assert client.token(by_post=False, **fields).status_code == 200


def test_without_offline_access_there_is_no_refresh_token(client: Client, standin: StandIn) -> None:
    url = client.authorize_url(scope="ea:api ea:sales_readonly")
    tokens = client.exchange(standin.approve(url, ELSA)).json()
    assert "refresh_token" not in tokens


def test_an_access_token_expires_after_an_hour(client: Client, standin: StandIn) -> None:
    token = client.tokens(ELSA)["access_token"]
    standin.configure(clock_offset=3601)
    answer = client.get("companysettings", token)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (401, 4005)


def test_rotation_refuses_the_old_token_and_ends_the_family(
    client: Client, standin: StandIn
) -> None:
    first = client.tokens(ELSA)["refresh_token"]
    second = client.refresh(first).json()["refresh_token"]
    assert second != first
    assert client.refresh(first).json() == {"error": "invalid_grant"}
    assert client.refresh(second).json() == {"error": "invalid_grant"}
    assert standin.counters()["refresh_token_reuse"] == 1


def test_reuse_can_leave_the_family_valid(client: Client, standin: StandIn) -> None:
    standin.configure(reuse_ends_family=False)
    first = client.tokens(ELSA)["refresh_token"]
    second = client.refresh(first).json()["refresh_token"]
    assert client.refresh(first).status_code == 400
    assert client.refresh(second).status_code == 200


def test_a_reusable_refresh_token_is_returned_unchanged(client: Client, standin: StandIn) -> None:
    standin.configure(rotation="reusable")
    first = client.tokens(ELSA)["refresh_token"]
    for _ in range(3):
        assert client.refresh(first).json()["refresh_token"] == first


def test_revocation_is_an_empty_200_also_for_an_unknown_token(client: Client) -> None:
    tokens = client.tokens(ELSA)
    for token in (tokens["refresh_token"], "okänd"):
        answer = client.revoke(token)
        assert (answer.status_code, answer.content) == (200, b"")
    assert client.refresh(tokens["refresh_token"]).status_code == 400
    assert client.get("companysettings", tokens["access_token"]).status_code == 401


def test_an_access_token_may_outlive_its_grant(client: Client, standin: StandIn) -> None:
    standin.configure(access_tokens_outlive_grant=True)
    tokens = client.tokens(ELSA)
    client.revoke(tokens["refresh_token"])
    assert client.get("companysettings", tokens["access_token"]).status_code == 200


def test_revocation_ends_one_grant_or_all_of_the_users(client: Client, standin: StandIn) -> None:
    for setting, left in (("one", 1), ("all", 0)):
        standin.reset()
        standin.configure(revocation=setting)
        tokens = client.tokens("Stina Standardföretag", "Norrtälje Bokbinderi AB")
        client.tokens("Stina Standardföretag", "Annat Bolag AB")
        client.revoke(tokens["refresh_token"])
        assert len(standin.grants()) == left


def test_a_minted_grant_works_like_an_approved_one(client: Client, standin: StandIn) -> None:
    minted = standin.mint("Klara Konsult", "559900-1079", count=3)
    assert len(standin.grants()) == 3
    refreshed = client.refresh(minted[2]["refresh_token"]).json()
    assert client.get("vouchers", refreshed["access_token"]).status_code == 200
