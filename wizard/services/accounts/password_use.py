"""Whether somebody may sign in with a password or passkey, or has to come by her identity provider."""

from collections.abc import Collection

from wizard.models import Role, User


def may_use_password(user: User, break_glass: Collection[str] = ()) -> bool:
    """True unless her firm has switched passwords off, or she has no firm and her provider made her.

    ``break_glass`` are addresses of admins who always may, also when the provider is out of order.
    """
    if user.role is Role.ADMIN and user.email in break_glass:
        return True
    if user.firm is not None:
        return user.firm.password_sign_in
    return user.identity_provider_id is None
