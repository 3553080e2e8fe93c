"""ID tokens: whose signature counts."""

import time
from collections.abc import Mapping

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.support.identity_provider import new_key
from wizard.services.accounts.identity.tokens import TokenRefusedError, verify

ISSUER = "https://login.example.com/t1/v2.0"
KEY = new_key("k")


def signed(key: RSAKey | OctKey = KEY, alg: str = "RS256", **claims: object) -> str:
    moment = int(time.time())
    own = {"iss": ISSUER, "aud": "guiden", "iat": moment, "exp": moment + 60, "nonce": "n"}
    return jwt.encode({"alg": alg, "kid": "k"}, {**own, **claims}, key, algorithms=[alg])


def read(token: str, *keys: Mapping[str, object]) -> dict[str, object]:
    listed: list[Mapping[str, object]] = list(keys) or [KEY.as_dict(private=False)]
    return verify(token, {"keys": listed}, issuer=ISSUER, client_id="guiden", nonce="n")


def test_a_token_of_the_published_key_is_read() -> None:
    assert read(signed())["aud"] == "guiden"


def test_the_signature_is_of_a_published_key_by_its_name() -> None:
    with pytest.raises(TokenRefusedError, match="signature"):
        read(signed(new_key("k")))
    with pytest.raises(TokenRefusedError, match="signature"):
        read(signed(), {**KEY.as_dict(private=False), "kid": "other"})
    with pytest.raises(TokenRefusedError, match="signature"):
        read(signed(), {**KEY.as_dict(private=False), "use": "enc"})


def test_no_key_that_others_know_signs() -> None:
    shared = OctKey.generate_key(256)
    with pytest.raises(TokenRefusedError, match="algorithm"):
        read(signed(shared, "HS256"))
    with pytest.raises(TokenRefusedError, match="algorithm"):
        read("eyJhbGciOiJub25lIn0.e30.")
    for odd in ("", "a.b", "a.b.c", "é.é.é"):
        with pytest.raises(TokenRefusedError, match="form"):
            read(odd)


def test_a_key_of_entra_id_is_its_issuers_alone() -> None:
    """As the key sets of Entra ID say it: the issuer of each key, for all tenants or for one."""
    own = KEY.as_dict(private=False)
    for issuer in ("https://login.example.com/{tenantid}/v2.0", ISSUER):
        assert read(signed(tid="t1"), {**own, "issuer": issuer})
    for tenant, issuer in (
        ("t2", "https://login.example.com/{tenantid}/v2.0"),
        ("t1", f"{ISSUER}x"),
    ):
        with pytest.raises(TokenRefusedError, match="signature"):
            read(signed(tid=tenant), {**own, "issuer": issuer})


def test_odd_keys_are_passed_over() -> None:
    odd: list[Mapping[str, object]] = [{}, {"kty": "RSA", "kid": "k"}, {"kty": "new", "kid": "k"}]
    assert read(signed(), *odd, KEY.as_dict(private=False))
    without: tuple[object, ...] = ({}, {"keys": "all"}, [], None)
    for keys in without:
        with pytest.raises(TokenRefusedError, match="signature"):
            verify(signed(), keys, issuer=ISSUER, client_id="guiden", nonce="n")
