"""Single sign-on against a real provider process that shares no code with ours: npm's oidc-provider."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from tests.support.identity_provider import CALLBACK, CLIENT_ID, HERE, SECRET, new_key
from tests.support.oidc_provider import RealProvider
from wizard.models import now
from wizard.services.accounts.identity import metadata
from wizard.services.accounts.identity.client import SignInFailedError, begin, finish, look_up
from wizard.services.accounts.identity.metadata import GoneError, ProviderDownError
from wizard.services.accounts.identity.tokens import TokenRefusedError, verify
from wizard.services.accounts.identity.transport import session_for

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("oidc-provider")]


def test_a_person_signs_in_with_what_is_known_of_her(real: RealProvider) -> None:
    found = real.sign_in()
    assert (found.person.subject, found.person.email) == ("olga", "olga@example.com")
    assert (found.person.name, found.person.groups) == ("Olga Ek", frozenset({"a"}))
    assert (found.token or "").startswith("refresh ")


def test_other_groups_are_seen_when_she_is_looked_up(real: RealProvider) -> None:
    token = real.sign_in().token or ""
    real.people["olga"]["groups"] = ["b"]
    real.tell()
    found = look_up(real.client, token, "olga")
    assert found.person.groups == frozenset({"b"})
    assert look_up(real.client, found.token or "", "olga")


def test_who_has_left_is_gone(real: RealProvider) -> None:
    token = real.sign_in().token or ""
    real.people.clear()
    real.tell()
    with pytest.raises(GoneError):
        look_up(real.client, token, "olga")


def test_keys_are_rotated_between_two_sign_ins_and_in_the_midst_of_one(real: RealProvider) -> None:
    real.sign_in()
    attempt, answer = real.begun()
    real.keys = [new_key("second")]
    real.tell()
    assert finish(real.client, attempt, answer).person.subject == "olga"
    assert real.sign_in()


def test_the_nonce_is_of_the_attempt(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with pytest.raises(SignInFailedError, match="nonce"):
        finish(real.client, replace(attempt, nonce="another"), answer)


def test_the_verifier_is_of_the_attempt(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with pytest.raises(SignInFailedError, match="grant"):
        finish(real.client, replace(attempt, verifier="x" * 43), answer)


def test_a_code_works_once(real: RealProvider) -> None:
    attempt, answer = real.begun()
    assert finish(real.client, attempt, answer)
    with pytest.raises(SignInFailedError, match="grant"):
        finish(real.client, attempt, answer)


def test_an_expired_id_token_proves_nothing(real: RealProvider) -> None:
    attempt, answer = real.begun()
    with (
        time_machine.travel(now() + timedelta(hours=2)),
        pytest.raises(SignInFailedError, match="expired"),
    ):
        finish(real.client, attempt, answer)


def test_an_id_token_for_another_client_proves_nothing(real: RealProvider) -> None:
    theirs = replace(real.client, client_id="andra")
    url, attempt = begin(theirs)
    code = real.pages(url, "olga")["code"]
    session = session_for("andra", SECRET, HERE, redirect_uri=CALLBACK)
    known = metadata.fetch(session, theirs.metadata_url, HERE)
    given = session.fetch_token(
        known.token_endpoint,
        auth=session.client_auth("client_secret_post"),
        code=code,
        code_verifier=attempt.verifier,
    )
    keys = metadata.fetch_json(session, known.jwks_uri)
    facts = {"issuer": known.issuer, "nonce": attempt.nonce}
    assert verify(given["id_token"], keys, client_id="andra", **facts)
    with pytest.raises(TokenRefusedError, match="audience"):
        verify(given["id_token"], keys, client_id=CLIENT_ID, **facts)


def test_a_provider_that_is_down_is_said_to_be_and_is_up_again(real: RealProvider) -> None:
    attempt, answer = real.begun()
    token = real.sign_in().token or ""
    real.stop()
    with pytest.raises(ProviderDownError):
        finish(real.client, attempt, answer)
    with pytest.raises(ProviderDownError):
        look_up(real.client, token, "olga")
    real.start()
    assert real.sign_in()


def test_two_providers_cannot_be_mixed_up(
    real: RealProvider, installed: Path, tmp_path: Path
) -> None:
    other = RealProvider(installed, tmp_path / "other.json", people=real.people)
    other.start()
    try:
        attempt, answer = other.begun()
        as_ours = {**answer, "state": attempt.state}
        with pytest.raises(SignInFailedError, match="mixed_up"):
            finish(real.client, attempt, as_ours)
        with pytest.raises(SignInFailedError, match="grant"):
            finish(real.client, attempt, {**as_ours, "iss": real.url})
    finally:
        other.stop()
