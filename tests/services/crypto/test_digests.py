"""Secrets in addresses cannot be guessed, and what is stored of them cannot be turned back."""

import re

from hypothesis import given
from hypothesis import strategies as st

from wizard.services.crypto.digests import SECRET, digest, new_secret, secret_in


def test_every_secret_is_another_and_stands_in_an_address_as_it_is() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in made)


def test_a_digest_is_of_its_secret_alone() -> None:
    secret = new_secret()
    assert digest(secret) == digest(secret) != digest(secret + "x")
    assert len(digest(secret)) == 32
    assert secret.encode() not in digest(secret)


def test_whatever_stands_in_an_address_has_a_digest() -> None:
    assert {len(digest(odd)) for odd in ("", "å" * 3000, "\ud800", "\0")} == {32}


@given(st.text().filter(lambda text: not SECRET.search(text)))
def test_a_secret_is_found_whatever_is_stuck_to_it(stuck: str) -> None:
    secret = new_secret()
    beside = re.sub("[A-Za-z0-9_-]", "", stuck)
    assert secret_in(secret + beside) == secret_in(beside + secret) == secret
    assert secret_in(beside) == beside
