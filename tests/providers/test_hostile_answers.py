"""Malformed responses: parsed to values that can be stored, or reported as unreadable."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.liar import Liar, lying
from wizard.causes import Cause
from wizard.providers.base import ProviderError, TokenRefusedError
from wizard.providers.visma import Visma
from wizard.providers.visma_answers import text
from wizard.providers.visma_errors import ERROR_CAUSES, PASSING

SECONDS = 5.0


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    with lying() as liar:
        yield liar


def calls(visma: Visma) -> list[Callable[[], object]]:
    return [
        lambda: visma.company("t", timeout=SECONDS),
        lambda: visma.keeps_books("t", timeout=SECONDS),
        lambda: visma.vouchers("t", timeout=SECONDS),
        lambda: visma.documents("t", timeout=SECONDS),
        lambda: visma.approver("t", timeout=SECONDS),
        lambda: visma.open_document("t", "d", timeout=SECONDS),
        lambda: visma.exchange("c", "v" * 64, timeout=SECONDS),
        lambda: visma.refresh("r", timeout=SECONDS),
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.just("\x00") | st.text()
NAMES = st.sampled_from(
    [
        "Data",
        "Name",
        "CountryCode",
        "CorporateIdentityNumber",
        "CompanyStatus",
        "ProductVariant",
        "Id",
        "Attachments",
        "AttachmentIds",
        "AttachmentStatus",
        "IsCurrentUser",
        "FirstName",
        "Email",
        "NumberAndNumberSeries",
        "TemporaryUrl",
        "access_token",
        "refresh_token",
        "expires_in",
        "error",
    ]
)
ANSWERS = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(answer=ANSWERS)
def test_any_response_is_parsed_or_reported_as_unreadable(liar: Liar, answer: object) -> None:
    liar.body = json.dumps(answer).encode()
    for call in calls(liar.provider):
        try:
            call()
        except ProviderError:
            continue


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b""])
def test_a_response_that_is_not_json_is_unreadable(liar: Liar, body: bytes) -> None:
    liar.body = body
    for call in calls(liar.provider):
        with pytest.raises(ProviderError):
            call()


@pytest.mark.parametrize("country", ["null", '""', "0"])
def test_settings_without_a_country_are_unreadable(liar: Liar, country: str) -> None:
    liar.body = f'{{"Name": "Bolaget AB", "CountryCode": {country}}}'.encode()
    assert refused(liar).transient


def test_unstorable_characters_are_removed_from_names(liar: Liar) -> None:
    paging = '"Meta":{"CurrentPage":1,"TotalNumberOfPages":1,"TotalNumberOfResults":1}'
    rows = r'[{"IsCurrentUser":true,"FirstName":"An\u0000na\ud800\nEk","Email":"a\u200b@b.se"}]'
    liar.body = f'{{{paging},"Data":{rows}}}'.encode()
    approver = liar.provider.approver("t", timeout=SECONDS)
    assert approver is not None
    assert (approver.name, approver.email) == ("Anna Ek", "a@b.se")


def test_a_text_of_any_length_is_read_at_once() -> None:
    began = time.process_time()
    assert len(text("\u0301\u0323" * 2_000_000, 200)) == 200
    assert time.process_time() - began < 1


@pytest.mark.parametrize("code", sorted({*ERROR_CAUSES, *PASSING, 4005, 3000}))
@pytest.mark.parametrize("written", ["{}", '"{}"', '" {} "'])
def test_an_error_code_is_read_as_a_number_and_as_text(liar: Liar, code: int, written: str) -> None:
    liar.body, liar.status = f'{{"ErrorCode": {written.format(code)}}}'.encode(), 403
    error = refused(liar)
    expected = Cause.PROVIDER_UNAVAILABLE if code in PASSING else Cause.OUR_CONFIGURATION
    assert (error.cause, error.code) == (ERROR_CAUSES.get(code, expected), str(code))
    assert error.transient is (code in PASSING)
    assert isinstance(error, TokenRefusedError) is (code == 4005)


UNREADABLE = st.sampled_from(
    [
        b"",
        b"<html>Sidan finns inte</html>",
        b"[]",
        b'"4011"',
        b'{"statusCode": 403, "message": "Forbidden"}',
        *(
            f'{{"ErrorCode": {code}}}'.encode()
            for code in ("null", "true", '""', '"x"', "[4011]", "0", f'"{"4" * 5000}"', '"٤"')
        ),
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(status=st.integers(400, 499), body=UNREADABLE)
def test_a_refusal_without_an_error_code_is_not_vismas(
    liar: Liar, status: int, body: bytes
) -> None:
    liar.body, liar.status = body, status
    error = refused(liar)
    ours = status in {400, 401}
    assert error.transient is not ours
    assert error.cause is (Cause.OUR_CONFIGURATION if ours else Cause.PROVIDER_UNAVAILABLE)
    assert isinstance(error, TokenRefusedError) is (status == 401)


def refused(liar: Liar) -> ProviderError:
    """The error of a call that the server refuses."""
    with pytest.raises(ProviderError) as told:
        liar.provider.company("t", timeout=SECONDS)
    liar.status = 200
    return told.value


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b'{"error": null}'])
def test_an_empty_or_valid_answer_confirms_an_end(liar: Liar, body: bytes) -> None:
    liar.body = body
    liar.provider.revoke("r", timeout=SECONDS)


@pytest.mark.parametrize(
    "body", [b"<html>Logga in</html>", b"OK", b"[]", b"null", b'{"error": "server_error"}', b"\xff"]
)
def test_a_page_of_somebody_elses_confirms_no_end(liar: Liar, body: bytes) -> None:
    liar.body = body
    with pytest.raises(ProviderError) as told:
        liar.provider.revoke("r", timeout=SECONDS)
    assert told.value.transient


@pytest.mark.parametrize("number", ["SE557000241901", "SE 557000-2419 01", "165570002419"])
def test_a_number_in_the_frame_of_a_vat_number_is_its_ten_digits(liar: Liar, number: str) -> None:
    settings = {"Name": "AB", "CountryCode": "SE", "CorporateIdentityNumber": number}
    liar.body = json.dumps(settings).encode()
    assert liar.provider.company("t", timeout=SECONDS).organisation_number == "5570002419"


@pytest.mark.parametrize("token", [r"\u0000", r"\ud800", "å", r"a\nb"])
def test_a_malformed_token_is_refused(liar: Liar, token: str) -> None:
    liar.body = f'{{"access_token": "{token}", "refresh_token": "r"}}'.encode()
    with pytest.raises(ProviderError):
        liar.provider.exchange("c", "v" * 64, timeout=SECONDS)
