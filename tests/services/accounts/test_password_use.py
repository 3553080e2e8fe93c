"""Who may sign in with a password."""

from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.single_sign_on import provider_for
from wizard.services.accounts.password_use import may_use_password


def test_a_firm_may_have_switched_passwords_off(session: Session, cast: Cast) -> None:
    assert may_use_password(cast.owner)
    cast.firm.password_sign_in = False
    assert not may_use_password(cast.owner, {cast.owner.email})
    assert may_use_password(cast.stranger)


def test_an_admin_of_a_provider_may_when_named(session: Session, cast: Cast) -> None:
    assert may_use_password(cast.admin)
    cast.admin.identity_provider_id = provider_for(session, (cast.firm, None)).id
    assert not may_use_password(cast.admin)
    assert may_use_password(cast.admin, {cast.admin.email})
    cast.support.identity_provider_id = cast.admin.identity_provider_id
    assert not may_use_password(cast.support, {cast.support.email})
