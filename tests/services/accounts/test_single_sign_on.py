"""People whom a provider vouches for: made, found again, moved, and kept out."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.single_sign_on import VAULT, found, provider_for
from wizard.models import AuditAction, AuditEntry, Role, SignInWay, StaffSession, User
from wizard.services.accounts import administration, identity_providers, staff
from wizard.services.accounts.places import NoPlaceError
from wizard.services.accounts.single_sign_on import sign_in


def why(session: Session) -> object:
    """The reason of the latest refusal in the audit trail."""
    entry = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == AuditAction.SIGN_IN_REFUSED)
        .order_by(AuditEntry.id.desc())
    ).first()
    return entry and entry.after and entry.after["reason"]


def test_an_account_is_made_once_in_the_firm_of_the_provider(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None))
    first = sign_in(session, VAULT, provider, found(token="refresh r"))
    again = sign_in(session, VAULT, provider, found(email="bytt@example.com"))
    assert first.user.id == again.user.id
    assert (first.user.firm, first.user.role) == (cast.firm, Role.MEMBER)
    assert (first.user.name, first.user.email) == ("Nya Berg", "ny@example.com")
    assert first.user.password_hash is None
    rows = session.scalars(select(StaffSession).order_by(StaffSession.id)).all()
    assert [row.way for row in rows] == [SignInWay.SINGLE_SIGN_ON] * 2
    assert VAULT.open(rows[0].refresh_token or "", rows[0], "refresh_token") == "refresh r"
    assert rows[0].looked_up_at
    assert (rows[1].refresh_token, rows[1].looked_up_at) == (None, None)


def test_groups_are_followed_at_each_sign_in(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None), (cast.other_firm, "b"), admin="adm")
    first = sign_in(session, VAULT, provider, found(groups=frozenset({"b"})))
    assert first.user.firm is cast.other_firm
    second = sign_in(session, VAULT, provider, found(groups=frozenset({"adm"})))
    assert (second.user.role, second.user.firm) == (Role.ADMIN, None)
    assert staff.signed_in(session, first.token) is None
    third = sign_in(session, VAULT, provider, found())
    assert (third.user.role, third.user.firm) == (Role.MEMBER, cast.firm)


def test_the_only_admin_stays_one(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None), admin="adm")
    sign_in(session, VAULT, provider, found(groups=frozenset({"adm"})))
    administration.deactivate(session, None, cast.admin)
    assert sign_in(session, VAULT, provider, found()).user.role is Role.ADMIN


def test_an_account_of_the_firm_with_her_address_is_hers(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None))
    begun = sign_in(session, VAULT, provider, found(email="OLGA@example.com"))
    assert begun.user.id == cast.owner.id
    with pytest.raises(NoPlaceError):  # and of no other person of the provider
        sign_in(session, VAULT, provider, found("s2", email="olga@example.com"))
    identity_providers.end(session, provider.name)
    later = provider_for(session, (cast.firm, None), name="Nya inloggningen")
    assert sign_in(session, VAULT, later, found("s9", "olga@example.com")).user.id == cast.owner.id


@pytest.mark.parametrize("whose", ["stranger", "support", "admin"])
def test_no_provider_takes_an_account_of_others(session: Session, cast: Cast, whose: str) -> None:
    theirs: User = getattr(cast, whose)
    provider = provider_for(session, (cast.firm, None), admin="adm", support="sup")
    for groups in (frozenset[str](), frozenset({"adm"}), frozenset({"sup"})):
        with pytest.raises(NoPlaceError):
            sign_in(session, VAULT, provider, found(email=theirs.email, groups=groups))
    assert why(session) == "address_taken"
    assert theirs.identity_provider_id is None
    assert session.scalars(select(StaffSession)).all() == []


def test_who_is_closed_here_stays_out(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None))
    user = sign_in(session, VAULT, provider, found()).user
    administration.deactivate(session, None, user)
    with pytest.raises(NoPlaceError):
        sign_in(session, VAULT, provider, found())
    assert why(session) == "closed"


def test_nobody_without_an_address_and_everybody_with_some_name(
    session: Session, cast: Cast
) -> None:
    provider = provider_for(session, (cast.firm, None))
    with pytest.raises(NoPlaceError):
        sign_in(session, VAULT, provider, found(email=None))
    assert why(session) == "email"
    odd = sign_in(session, VAULT, provider, found(name="kolla www.annan.se/nu"))
    assert odd.user.name == "ny"


def test_too_many_groups_give_no_role_by_chance(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None), admin="adm")
    with pytest.raises(NoPlaceError):
        sign_in(session, VAULT, provider, found(groups=None))
    assert why(session) == "groups_unknown"
