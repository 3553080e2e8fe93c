"""Signatures hold for exactly what was signed, also after the key was changed."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from wizard.services.evidence.signing import Signature, Signer, canonical

OLD, NEW = {"old": b"o" * 31 + b"1"}, {"new": b"n" * 31 + b"2"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)


@given(OBJECTS, OBJECTS)
def test_a_signature_holds_for_its_own_content_only(content: dict, other: dict) -> None:  # type: ignore[type-arg]
    signer = Signer(NEW)
    signature = signer.sign(content)
    assert signature
    again = json.loads(json.dumps(content, indent=3))
    assert signer.is_ours(again, signature)  # the layout is nobody's business
    assert signer.is_ours(other, signature) is (canonical(other) == canonical(content))


def test_what_an_earlier_key_signed_is_ours_while_it_is_in_the_ring() -> None:
    signature = Signer(OLD).sign({"a": 1})
    assert signature
    assert signature.key == "old"
    after = Signer({**NEW, **OLD})
    assert after.is_ours({"a": 1}, signature)
    newest = after.sign({})
    assert newest
    assert newest.key == "new"
    assert not Signer(NEW).knows("old")
    assert not Signer(NEW).is_ours({"a": 1}, signature)


def test_a_broken_signature_or_none_is_not_ours() -> None:
    signer = Signer(NEW)
    for value in ("", "inte base64", base64.b64encode(b"0" * 64).decode(), "å"):
        assert not signer.is_ours({"a": 1}, Signature("new", value))
    assert Signer({}).sign({"a": 1}) is None
    assert set(signer.public_keys()) == {"new"}
