"""A sign-in against a provider over HTTP: what it proves, and every way in which it must not."""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.identity_provider import CLIENT_ID, Issuer, running
from wizard.net.addresses import Reach
from wizard.services.accounts.identity.client import (
    Found,
    SignInFailedError,
    begin,
    finish,
    look_up,
)
from wizard.services.accounts.identity.metadata import (
    GoneError,
    MetadataInvalidError,
    ProviderDownError,
)


def sign_in(issuer: Issuer, **answer: Any) -> Found:
    """A sign-in from beginning to end; with something else in the answer, or None for nothing."""
    url, attempt = begin(issuer.client())
    given = {**issuer.authorize(url), **answer}
    return finish(issuer.client(), attempt, {k: v for k, v in given.items() if v is not None})


def test_the_browser_is_sent_with_proof_of_what_it_began(issuer: Issuer) -> None:
    url, attempt = begin(issuer.client())
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert (asked["state"], asked["nonce"]) == (attempt.state, attempt.nonce)
    assert asked["scope"] == "openid profile email offline_access"
    assert attempt.verifier not in url
    assert attempt.verifier not in repr(attempt)


def test_whoever_has_to_prove_it_anew_has_done_so_just_now(issuer: Issuer) -> None:
    moment = int(time.time())
    for auth_time, good in ((moment, True), (moment - 120, False), (None, False), ("nu", False)):
        issuer.claims = {"auth_time": auth_time}
        url, attempt = begin(issuer.client(), anew=True)
        asked = dict(parse_qsl(urlsplit(url).query))
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        if good:
            assert finish(issuer.client(), attempt, issuer.authorize(url))
            continue
        with pytest.raises(SignInFailedError, match="auth_time"):
            finish(issuer.client(), attempt, issuer.authorize(url))


def test_the_person_is_who_the_id_token_names(issuer: Issuer) -> None:
    issuer.claims = {"email": "olga@example.com", "name": "Olga Ek", "groups": ["byrån"]}
    found = sign_in(issuer)
    assert found.person.subject == "olga"
    assert (found.person.email, found.person.name) == ("olga@example.com", "Olga Ek")
    assert found.person.groups == frozenset({"byrån"})
    assert found.token == f"refresh {issuer.refresh_token}"


def test_what_the_id_token_lacks_is_asked_of_userinfo(issuer: Issuer) -> None:
    issuer.userinfo = {"email": "olga@example.com", "groups": ["a"]}
    assert sign_in(issuer).person.email == "olga@example.com"
    issuer.userinfo = {"sub": "someone else", "email": "olga@example.com"}
    with pytest.raises(SignInFailedError, match="userinfo"):
        sign_in(issuer)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": "of another attempt"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another client"}, "audience"),
        ({"aud": [CLIENT_ID, "another client"]}, "party"),
        ({"azp": "another client"}, "party"),
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"exp": None}, "times"),
        ({"iat": int(time.time()) + 3600}, "early"),
        ({"iss": "https://another.example.com"}, "issuer"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"tid": "tenant"}, "oid"),
    ],
)
def test_an_id_token_that_is_not_for_this_attempt_signs_nobody_in(
    issuer: Issuer, claims: dict[str, Any], code: str
) -> None:
    issuer.claims = claims
    with pytest.raises(SignInFailedError, match=f"^{code}$"):
        sign_in(issuer)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"state": "another"}, "state"),
        ({"state": None}, "state"),
        ({"iss": "https://another.example.com"}, "mixed_up"),
        ({"iss": None}, "mixed_up"),
        ({"error": "access_denied"}, "declined"),
        ({"code": None}, "declined"),
        ({"code": "guessed"}, "grant"),
    ],
)
def test_an_answer_that_is_not_this_attempts_signs_nobody_in(
    issuer: Issuer, answer: dict[str, Any], code: str
) -> None:
    with pytest.raises(SignInFailedError, match=f"^{code}$"):
        sign_in(issuer, **answer)


def test_a_provider_that_never_says_iss_may_leave_it_out_but_not_say_anothers(
    issuer: Issuer,
) -> None:
    issuer.metadata = {"authorization_response_iss_parameter_supported": False}
    assert sign_in(issuer, iss=None)
    with pytest.raises(SignInFailedError, match="mixed_up"):
        sign_in(issuer, iss="https://another.example.com")


def test_the_answer_of_one_provider_is_nothing_to_another(issuer: Issuer) -> None:
    with running() as other:
        url, attempt = begin(issuer.client())
        asked = other.authorize(url)
        with pytest.raises(SignInFailedError, match="mixed_up"):
            finish(issuer.client(), attempt, asked)
        assert "/token" not in issuer.asked


def test_keys_may_change_between_two_sign_ins(issuer: Issuer) -> None:
    sign_in(issuer)
    issuer.rotate()
    assert sign_in(issuer).person.subject == "olga"


def test_a_provider_that_is_down_is_said_to_be(issuer: Issuer) -> None:
    url, attempt = begin(issuer.client())
    answer = issuer.authorize(url)
    issuer.status = 503
    with pytest.raises(ProviderDownError):
        finish(issuer.client(), attempt, answer)
    with pytest.raises(ProviderDownError):
        begin(issuer.client())


def test_a_secret_that_is_wrong_is_a_fault_of_ours(issuer: Issuer) -> None:
    url, attempt = begin(issuer.client())
    with pytest.raises(ProviderDownError, match="invalid_client"):
        finish(issuer.client(client_secret="another"), attempt, issuer.authorize(url))


def test_an_inner_address_is_never_asked(issuer: Issuer) -> None:
    with pytest.raises(ProviderDownError):
        begin(issuer.client(reach=Reach.INTERNET))
    assert issuer.asked == []


def test_a_person_is_looked_up_with_her_refresh_token(issuer: Issuer) -> None:
    token = sign_in(issuer).token or ""
    issuer.claims = {"groups": ["new"]}
    found = look_up(issuer.client(), token, "olga")
    assert found.person.groups == frozenset({"new"})
    assert found.token == f"refresh {issuer.refresh_token}" != token
    with pytest.raises(GoneError):
        look_up(issuer.client(), found.token or "", "karin")


@pytest.mark.parametrize("refreshes", [True, False])
def test_a_person_who_is_gone_is_found_to_be(issuer: Issuer, *, refreshes: bool) -> None:
    issuer.userinfo, issuer.gives_refresh_token = {}, refreshes
    token = sign_in(issuer).token or ""
    assert look_up(issuer.client(), token, "olga")
    token = f"refresh {issuer.refresh_token}" if refreshes else token
    issuer.is_gone = True
    with pytest.raises(GoneError):
        look_up(issuer.client(), token, "olga")
    issuer.status = 500
    with pytest.raises(ProviderDownError):
        look_up(issuer.client(), token, "olga")


def test_a_provider_with_neither_refresh_token_nor_userinfo_is_not_asked_again(
    issuer: Issuer,
) -> None:
    issuer.gives_refresh_token = False
    assert sign_in(issuer).token is None


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://another.example.com"},
        {"issuer": "https://login.example.com/{tenantid}/v2.0"},
        {"token_endpoint": "http://192.168.0.1/token"},
        {"jwks_uri": None},
    ],
)
def test_metadata_of_another_issuer_is_refused(issuer: Issuer, told: dict[str, Any]) -> None:
    issuer.metadata = told
    with pytest.raises(MetadataInvalidError):
        begin(issuer.client())
