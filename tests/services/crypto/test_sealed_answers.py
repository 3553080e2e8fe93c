"""Answers sealed with their form's token."""

from wizard.services.crypto.sealed_answers import seal, unseal


def test_only_the_token_opens_an_answer() -> None:
    sealed = seal("token", b"https://koppla.example.se/k/secret")
    assert unseal("token", sealed) == b"https://koppla.example.se/k/secret"
    assert unseal("tokem", sealed) is None
    assert b"secret" not in sealed
    assert seal("token", b"same") != seal("token", b"same")
