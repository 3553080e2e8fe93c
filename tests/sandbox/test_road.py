"""A complete authorization at the stand-in, to the download of a document."""

import requests

from tests.sandbox.client import Client, returned
from tests.support.standin import StandIn


def test_elsa_goes_straight_to_consent_and_her_code_opens_her_company(standin: StandIn) -> None:
    client = Client(standin)
    callback = standin.approve(client.authorize_url(), "Elsa Ensam")
    assert callback.startswith(standin.redirect_uris[0])
    answer = returned(callback)
    assert answer["state"] == client.state
    assert answer["iss"] == standin.url
    tokens = client.exchange(callback).json()
    settings = client.get("companysettings", tokens["access_token"]).json()
    assert settings["CorporateIdentityNumber"] == "559900-1079"


def test_a_document_is_fetched_from_its_temporary_address(standin: StandIn) -> None:
    client = Client(standin)
    token = client.tokens("Elsa Ensam")["access_token"]
    found = client.get("vouchers", token, filter="NumberSeries eq 'A' and Number eq 12").json()
    attachment = found["Data"][0]["Attachments"]["AttachmentIds"][0]
    address = client.get(f"attachments/{attachment}", token).json()["TemporaryUrl"]
    assert requests.get(address, timeout=10).content.startswith(b"%PDF-1.4")


def test_avbryt_comes_back_as_access_denied_with_state_and_issuer(standin: StandIn) -> None:
    client = Client(standin)
    answer = returned(standin.deny(client.authorize_url(), "Elsa Ensam"))
    assert answer["error"] == "access_denied"
    assert answer["state"] == client.state
    assert answer["iss"] == standin.url
    assert "code" not in answer
