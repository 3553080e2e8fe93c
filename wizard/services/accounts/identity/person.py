"""Whom a provider's claims tell of, and of which groups; the ways of Entra ID among them."""

from dataclasses import dataclass
from typing import Any

LONGEST_SUBJECT = 255


class ClaimsUnusableError(Exception):
    """The claims do not say who she is; ``code`` says what is missing, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Person:
    """Somebody as her provider knows her; ``groups`` is None when the provider did not say."""

    subject: str
    email: str | None
    name: str | None
    groups: frozenset[str] | None


def subject_of(claims: dict[str, Any]) -> str:
    """What names her for ever at this provider: ``sub``, or of Entra ID ``oid``.

    Entra ID's ``sub`` is another one for each registered application, so that a new registration
    would make strangers of everybody; its ``oid`` is one in the whole tenant. Raises ClaimsUnusableError.
    """
    name = "oid" if "tid" in claims else "sub"
    subject = claims.get(name)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ClaimsUnusableError(name)
    return subject


def person_of(claims: dict[str, Any], told: dict[str, Any], groups_claim: str) -> Person:
    """The person of a verified ID token, and of what UserInfo told beside it.

    An address that the provider says is not hers is none. Raises ClaimsUnusableError.
    """
    both = {**told, **claims}
    is_hers = both.get("email_verified") in (None, True, "true")
    return Person(
        subject=subject_of(claims),
        email=_text(both.get("email")) if is_hers else None,
        name=_text(both.get("name")),
        groups=groups_of(both, groups_claim),
    )


def groups_of(claims: dict[str, Any], groups_claim: str) -> frozenset[str] | None:
    """Her groups, none without such a claim; None when Entra ID says that they are too many to list.

    Then ``_claim_names`` points elsewhere, or ``hasgroups`` is said: to be in none is another answer.
    """
    elsewhere = claims.get("_claim_names")
    given = claims.get(groups_claim)
    is_over = isinstance(elsewhere, dict) and groups_claim in elsewhere
    if is_over or (given is None and claims.get("hasgroups") in (True, "true")):
        return None
    if isinstance(given, str):
        return frozenset({given})
    if not isinstance(given, list):
        return frozenset()
    return frozenset(one for one in given if isinstance(one, str))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
