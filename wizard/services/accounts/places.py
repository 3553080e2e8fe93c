"""What somebody is here, by what her identity provider says of her groups."""

from wizard.models import Firm, IdentityProvider, Role, User
from wizard.services.accounts.administration import Standing


class NoPlaceError(Exception):
    """The provider's groups give her no place here; ``code`` says which, for the audit trail."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def groups_matter(provider: IdentityProvider) -> bool:
    """True if any group gives a role, a firm or a mark."""
    roles = (provider.admin_group, provider.support_group, provider.manager_group)
    return any(roles) or any(place.group for place in provider.firms)


def standing_of(
    provider: IdentityProvider, groups: frozenset[str] | None, user: User | None
) -> Standing:
    """Her role, firm and mark; ``user`` is her account, if she has one, whose firm is kept if it may be.

    ``groups`` None is that they could not be told. Raises NoPlaceError.
    """
    if groups is None and groups_matter(provider):
        raise NoPlaceError("groups_unknown")
    hers = groups or frozenset()
    if provider.admin_group in hers:
        return Standing(Role.ADMIN, None)
    if provider.support_group in hers:
        return Standing(Role.SUPPORT, None)
    named = [place.firm for place in provider.firms if place.group in hers]
    rest = [place.firm for place in provider.firms if place.group is None]
    firm = _one_of(named or rest, user)
    if firm is None:
        raise NoPlaceError("no_firm")
    marked = bool(user and user.may_manage_members and user.firm_id == firm.id)
    manages = provider.manager_group in hers if provider.manager_group else marked
    return Standing(Role.MEMBER, firm, manages)


def _one_of(firms: list[Firm], user: User | None) -> Firm | None:
    """The firm that she is in already, if it is among them; else the first."""
    same = [firm for firm in firms if user and firm.id == user.firm_id]
    return next(iter(same or firms), None)
