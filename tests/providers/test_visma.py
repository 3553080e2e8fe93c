"""The Visma provider over real HTTP: parsing of responses, and all errors."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.standin import StandIn
from wizard.causes import Cause
from wizard.providers.base import GrantEndedError, ProviderError, TokenRefusedError, Tokens
from wizard.providers.companies import CompanyState
from wizard.providers.visma import Visma

VERIFIER = "v" * 64
HERS = "Norrtälje Bokbinderi AB"
SECONDS = 5.0


@pytest.fixture
def tokens(visma: StandIn, provider: Visma) -> Tokens:
    return _exchange(visma, provider)


def _exchange(
    visma: StandIn, provider: Visma, person: str = "Vera Välja", company: str = HERS
) -> Tokens:
    back = visma.approve(
        provider.authorization_url("s", VERIFIER, choose_again=False), person, company
    )
    return provider.exchange(_said(back, "code"), VERIFIER, timeout=SECONDS)


def _said(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query)[name][0]


def _error(call: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        call()
    return failed.value


def test_the_authorization_url_asks_for_the_company_and_has_a_pkce_challenge(
    provider: Visma,
) -> None:
    asked = parse_qs(urlsplit(provider.authorization_url("s", VERIFIER, choose_again=False)).query)
    assert asked["prompt"] == ["select_account"]
    assert asked["acr_values"] == ["service:44643EB1-3F76-4C1C-A672-402AE8085934"]
    assert asked["code_challenge_method"] == ["S256"]
    assert VERIFIER not in asked["code_challenge"]


def test_choosing_again_forces_the_log_in_as_well(provider: Visma) -> None:
    asked = parse_qs(urlsplit(provider.authorization_url("s", VERIFIER, choose_again=True)).query)
    assert asked["prompt"] == ["login select_account"]


def test_tokens_are_never_in_a_repr(tokens: Tokens) -> None:
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token is not None
    assert tokens.refresh_token not in repr(tokens)


def test_a_code_works_once_and_only_with_its_verifier(visma: StandIn, provider: Visma) -> None:
    way = provider.authorization_url("s", VERIFIER, choose_again=False)
    code = _said(visma.approve(way, "Vera Välja", HERS), "code")
    other = _error(lambda: provider.exchange(code, "w" * 64, timeout=SECONDS))
    assert isinstance(other, GrantEndedError)
    again = _error(lambda: provider.exchange(code, VERIFIER, timeout=SECONDS))
    assert isinstance(again, GrantEndedError)


def test_a_refresh_gives_new_tokens_until_the_grant_is_revoked(
    visma: StandIn, provider: Visma, tokens: Tokens
) -> None:
    fresh = provider.refresh(str(tokens.refresh_token), timeout=SECONDS)
    assert fresh.access_token != tokens.access_token
    provider.revoke(str(fresh.refresh_token), timeout=SECONDS)
    assert visma.grants() == []
    ended = _error(lambda: provider.refresh(str(fresh.refresh_token), timeout=SECONDS))
    assert isinstance(ended, GrantEndedError)


def test_the_company_is_read_with_ten_digits(provider: Visma, tokens: Tokens) -> None:
    company = provider.company(tokens.access_token, timeout=SECONDS)
    assert company.name == HERS
    assert company.organisation_number == "5599001079"
    assert (company.country, company.state) == ("SE", CompanyState.ACTIVE)
    assert company.has_bookkeeping is True


def test_a_sole_traders_number_loses_its_century(visma: StandIn, provider: Visma) -> None:
    tokens = _exchange(visma, provider, "Anna Ek")
    number = provider.company(tokens.access_token, timeout=SECONDS).organisation_number
    assert number is not None
    assert len(number) == 10


def test_the_other_resources_are_read(provider: Visma, tokens: Tokens) -> None:
    assert provider.keeps_books(tokens.access_token, timeout=SECONDS)
    vouchers = provider.vouchers(tokens.access_token, timeout=SECONDS)
    with_documents = next(voucher for voucher in vouchers if voucher.document_ids)
    assert with_documents.label
    assert provider.documents(tokens.access_token, timeout=SECONDS)
    approver = provider.approver(tokens.access_token, timeout=SECONDS)
    assert approver is not None
    assert approver.name == "Vera Välja"
    opened = provider.open_document(
        tokens.access_token, with_documents.document_ids[0], timeout=SECONDS
    )
    assert opened


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (4002, Cause.MODULE_MISSING),
        (4003, Cause.STARTUP_GUIDE),
        (4004, Cause.COMPANY_INACTIVE),
        (4006, Cause.SCOPE_MISSING),
        (4007, Cause.PERMISSION_MISSING),
        (4009, Cause.NO_BOOKKEEPING),
        (4011, Cause.USER_NOT_IN_COMPANY),
        (4012, Cause.LICENCE_NOT_ACCEPTED),
        (4034, Cause.OUR_CONFIGURATION),
        (3000, Cause.OUR_CONFIGURATION),
        (6000, Cause.OUR_CONFIGURATION),
    ],
)
def test_every_lasting_error_code_has_its_cause(
    visma: StandIn, provider: Visma, tokens: Tokens, code: int, cause: Cause
) -> None:
    visma.fail("companysettings", "error_code", code)
    error = _error(lambda: provider.company(tokens.access_token, timeout=SECONDS))
    assert (error.cause, error.transient, error.code) == (cause, False, str(code))
    assert error.error_id


@pytest.mark.parametrize("code", [4010, 5000, 5001, 5002])
def test_every_temporary_error_code_is_transient(
    visma: StandIn, provider: Visma, tokens: Tokens, code: int
) -> None:
    visma.fail("companysettings", "error_code", code)
    error = _error(lambda: provider.company(tokens.access_token, timeout=SECONDS))
    assert (error.cause, error.transient) == (Cause.PROVIDER_UNAVAILABLE, True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("status", status) for status in (204, 302, 403, 404, 407, 408, 410, 429, 451, 503)),
        ("html", 0),
        ("close", 0),
        ("slow", 30),
    ],
)
@pytest.mark.parametrize("endpoint", ["companysettings", "token"])
def test_an_outage_of_any_endpoint_is_transient(
    visma: StandIn, provider: Visma, tokens: Tokens, kind: str, value: int, endpoint: str
) -> None:
    calls: dict[str, Callable[[], object]] = {
        "companysettings": lambda: provider.company(tokens.access_token, timeout=0.3),
        "token": lambda: provider.refresh(str(tokens.refresh_token), timeout=0.3),
    }
    visma.fail(endpoint, kind, value)
    error = _error(calls[endpoint])
    assert (error.cause, error.transient) == (Cause.PROVIDER_UNAVAILABLE, True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("status", 503), ("status", 403), ("status", 404), ("html", 0), ("close", 0), ("slow", 30)],
)
def test_an_unconfirmed_revocation_is_transient(
    visma: StandIn, provider: Visma, tokens: Tokens, kind: str, value: int
) -> None:
    visma.fail("revocation", kind, value)
    error = _error(lambda: provider.revoke(str(tokens.refresh_token), timeout=0.3))
    assert error.transient


def test_a_refused_token_raises_its_own_error(visma: StandIn, provider: Visma) -> None:
    error = _error(lambda: provider.company("nonsense", timeout=SECONDS))
    assert isinstance(error, TokenRefusedError)
    assert visma.grants() == []


def test_no_proxy_of_the_environment_is_used(
    provider: Visma, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert provider.company(tokens.access_token, timeout=SECONDS).name == HERS
