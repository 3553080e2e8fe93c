"""A grant is read within a time: what fails stands in its place, and nothing is waited for longer."""

import time

import pytest

from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS
from wizard.causes import Cause
from wizard.models import Proof
from wizard.providers.base import ProviderError, TokenRefusedError
from wizard.providers.companies import Approver
from wizard.providers.deadline import Deadline
from wizard.providers.visma import Visma
from wizard.services.connections.judgement import Evidence, judge
from wizard.services.connections.reading import prove, read_company, read_least, read_rest

SECONDS = 30.0


@pytest.fixture
def token(visma: StandIn) -> str:
    """An access token of a grant that gives everything."""
    return str(visma.mint("Vera Välja", HERS)[0]["access_token"])


def evidence(provider: Visma, token: str) -> Evidence:
    """What all there is to read makes of it, before a document is opened."""
    deadline = Deadline(SECONDS)
    return judge(read_company(provider, token, deadline), read_rest(provider, token, deadline))


def test_all_that_the_grant_gives_is_read(provider: Visma, token: str) -> None:
    assert read_company(provider, token, Deadline(SECONDS)).organisation_number == HER_NUMBER
    readings = read_rest(provider, token, Deadline(SECONDS))
    assert readings.keeps_books is True
    assert readings.vouchers
    assert readings.documents
    assert isinstance(readings.approver, Approver)
    assert readings.approver.name == "Vera Välja"


def test_what_fails_stands_in_its_place_and_the_rest_is_read(
    provider: Visma, token: str, visma: StandIn
) -> None:
    visma.fail("vouchers", "status", 503)
    readings = read_rest(provider, token, Deadline(SECONDS))
    assert isinstance(readings.vouchers, ProviderError)
    assert readings.vouchers.transient
    assert readings.documents
    assert not isinstance(readings.approver, ProviderError)


def test_a_refused_token_is_told_by_the_first_reading(provider: Visma) -> None:
    with pytest.raises(TokenRefusedError):
        read_company(provider, "nobody's token", Deadline(SECONDS))


def test_the_least_is_one_question_of_each_sort(
    provider: Visma, token: str, visma: StandIn
) -> None:
    visma.clear_counters()
    readings = read_least(provider, token, Deadline(SECONDS))
    assert isinstance(readings.vouchers, list)
    assert isinstance(readings.documents, list)
    assert (len(readings.vouchers), len(readings.documents)) == (1, 1)
    asked = {name: n for name, n in visma.counters().items() if name.startswith("api:")}
    assert asked == {"api:vouchers": 1, "api:attachments": 1, "api:users": 1}


def test_a_provider_that_takes_its_time_is_not_waited_for(
    provider: Visma, token: str, visma: StandIn
) -> None:
    visma.fail("companysettings", "slow")
    began = time.monotonic()
    with pytest.raises(ProviderError) as late:
        read_company(provider, token, Deadline(0.2))
    assert (late.value.cause, late.value.transient) == (Cause.PROVIDER_UNAVAILABLE, True)
    assert time.monotonic() - began < SECONDS / 2


def test_a_document_that_opens_is_the_proof_and_one_that_does_not_can_wait(
    provider: Visma, token: str, visma: StandIn
) -> None:
    found, readings = evidence(provider, token), read_rest(provider, token, Deadline(SECONDS))
    proved = prove(provider, token, found, readings, Deadline(SECONDS))
    assert proved.proof is Proof.DOCUMENT
    assert proved.proof_voucher
    visma.fail("file", "status", 503)
    proved = prove(provider, token, found, readings, Deadline(SECONDS))
    assert proved.proof is Proof.VOUCHER
    assert proved.proof_voucher
