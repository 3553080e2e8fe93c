"""The proof that a document belongs to a voucher: of exactly its values, whatever they hold."""

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from tests.conftest import SETTINGS
from wizard import create_app
from wizard.services.books.documents import Place
from wizard.web.voucher.proofs import SALT, holds, prove

TEXT = st.text(alphabet='ab"\\\n,[] ', max_size=4)
VALUES = st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT)
Values = tuple[str, str, str, str, str]
# A proof as it was made before its values were kept apart, stored then.
EARLIER = ("c0nnect10n", "2026", "v-1", "d-1", "A1 (2026-01-05)"), "ohjJVfSgvNpTaG1jXbE2qhSlLNA"


def proof_of(values: Values) -> str:
    connection, *place, label = values
    return prove(connection, Place(*place), label)


def held(values: Values, proof: str) -> bool:
    connection, *place, label = values
    return holds(connection, Place(*place), label, proof)


def joined(app: Flask, values: Values) -> str:
    """The proof of values as it was made earlier."""
    signer = Signer(app.extensions["settings"].signing_keys, salt=SALT, key_derivation="hmac")
    return signer.get_signature("\n".join(values)).decode()


APP = create_app(**SETTINGS, database_url="postgresql://nobody@127.0.0.1:1/none")


@given(one=VALUES, other=VALUES)
def test_a_proof_holds_for_its_own_values_alone(one: Values, other: Values) -> None:
    with APP.app_context():
        assert held(one, proof_of(one))
        assert held(other, proof_of(one)) is (one == other)


@given(one=VALUES, other=VALUES)
def test_an_earlier_proof_cannot_be_moved_to_other_values(one: Values, other: Values) -> None:
    with APP.app_context():
        assert held(one, joined(APP, one)) is not any("\n" in value for value in one)
        if "\n".join(one) == "\n".join(other) and one != other:
            assert not (held(one, joined(APP, one)) and held(other, joined(APP, one)))


def test_values_that_ran_into_each_other_no_longer_do() -> None:
    with APP.app_context():
        one, other = ("c", "2026\nv", "1", "d", "A1"), ("c", "2026", "v\n1", "d", "A1")
        assert not held(other, proof_of(one))
        assert not held(other, joined(APP, one))


def test_a_proof_that_was_given_earlier_still_holds() -> None:
    values, proof = EARLIER
    with APP.app_context():
        assert held(values, proof)
        assert not held((*values[:4], "A2 (2026-01-05)"), proof)
