"""Claims: who she is, at Entra ID and elsewhere, and what is known of her groups."""

import pytest

from wizard.services.accounts.identity.person import groups_of, person_of, subject_of


def test_entra_ids_people_are_named_by_oid() -> None:
    assert subject_of({"sub": "pairwise"}) == "pairwise"
    assert subject_of({"sub": "pairwise", "tid": "t", "oid": "o"}) == "o"


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"groups": ["a", "b", 3]}, {"a", "b"}),
        ({"groups": "a"}, {"a"}),
        ({}, frozenset()),
        ({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}, None),
        ({"hasgroups": True}, None),
        ({"_claim_names": {"address": "src1"}}, frozenset()),
    ],
)
def test_too_many_groups_are_not_none(claims: dict[str, object], groups: object) -> None:
    assert groups_of(claims, "groups") == groups


def test_an_address_that_is_not_hers_is_none() -> None:
    for verified, email in ((True, "o@example.com"), (None, "o@example.com"), (False, None)):
        claims = {"sub": "o", "email": "o@example.com", "email_verified": verified}
        assert person_of(claims, {}, "groups").email == email
