"""Groups give role, firm and mark."""

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.single_sign_on import provider_for
from wizard.models import Role
from wizard.services.accounts.places import NoPlaceError, standing_of


def test_groups_give_role_firm_and_mark(session: Session, cast: Cast) -> None:
    provider = provider_for(
        session,
        (cast.firm, None),
        (cast.other_firm, "andra"),
        admin="adm",
        support="sup",
        manager="chef",
    )
    for groups, role, firm, mark in (
        ({"adm", "sup", "andra"}, Role.ADMIN, None, False),
        ({"sup"}, Role.SUPPORT, None, False),
        ({"andra", "chef"}, Role.MEMBER, cast.other_firm, True),
        ({"okänd"}, Role.MEMBER, cast.firm, False),
    ):
        standing = standing_of(provider, frozenset(groups), None)
        assert (standing.role, standing.firm, standing.may_manage_members) == (role, firm, mark)
    with pytest.raises(NoPlaceError, match="groups_unknown"):
        standing_of(provider, None, None)


def test_where_only_groups_have_a_place_others_have_none(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, "a"), (cast.other_firm, "b"))
    with pytest.raises(NoPlaceError, match="no_firm"):
        standing_of(provider, frozenset({"c"}), None)
    both = frozenset({"a", "b"})
    assert standing_of(provider, both, cast.stranger).firm is cast.other_firm
    assert standing_of(provider, both, cast.owner).firm is cast.firm


def test_without_groups_the_mark_is_ours_to_give(session: Session, cast: Cast) -> None:
    provider = provider_for(session, (cast.firm, None))
    cast.owner.may_manage_members = True
    assert standing_of(provider, None, cast.owner).may_manage_members
    assert not standing_of(provider, None, cast.colleague).may_manage_members
