"""Identity providers: set up, found, ended; passwords switched off and on again."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.identity_provider import SECRET
from tests.support.single_sign_on import VAULT, found, provider_for
from wizard.models import AuditAction, AuditEntry
from wizard.services.accounts import identity_providers, single_sign_on, staff
from wizard.services.accounts.identity_providers import (
    ProviderNeededError,
    ProviderTakenError,
    ProviderUnknownError,
)
from wizard.services.accounts.staff import SignInElsewhereError, SignInRefusedError


def actions(session: Session) -> list[AuditAction]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_provider_keeps_its_secret_sealed_and_is_named_once(session: Session, cast: Cast) -> None:
    made = provider_for(session, (cast.firm, None), (cast.other_firm, "andra"))
    assert made.client_secret
    assert SECRET not in made.client_secret
    assert VAULT.open(made.client_secret, made, "client_secret") == SECRET
    assert [one.id for one in identity_providers.open_ones(session)] == [made.id]
    assert identity_providers.find(session, made.public_id) is made
    assert actions(session)[-1] is AuditAction.IDENTITY_PROVIDER_CREATED
    with pytest.raises(ProviderTakenError):
        provider_for(session, (cast.firm, None))


def test_when_a_provider_ends_so_do_the_sessions_that_it_began(
    session: Session, cast: Cast
) -> None:
    made = provider_for(session, (cast.firm, None))
    begun = single_sign_on.sign_in(session, VAULT, made, found())
    other = staff.sign_in(session, cast.owner.email, PASSWORD, None)
    identity_providers.end(session, made.name)
    assert staff.signed_in(session, begun.token) is None
    assert staff.signed_in(session, other.token)
    assert (made.client_secret, identity_providers.open_ones(session)) == (None, [])
    assert identity_providers.find(session, made.public_id) is None
    with pytest.raises(ProviderUnknownError):
        identity_providers.end(session, made.name)


def test_passwords_are_switched_off_only_where_there_is_another_way(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(ProviderNeededError):
        identity_providers.switch_passwords(session, cast.firm, on=False)
    provider_for(session, (cast.firm, None))
    before = staff.sign_in(session, cast.owner.email, PASSWORD, None)
    identity_providers.switch_passwords(session, cast.firm, on=False)
    assert staff.signed_in(session, before.token) is None
    with pytest.raises(SignInElsewhereError):
        staff.sign_in(session, cast.owner.email, PASSWORD, None)
    with pytest.raises(SignInRefusedError) as refused:
        staff.sign_in(session, cast.owner.email, "another password", None)
    assert type(refused.value) is SignInRefusedError
    assert staff.sign_in(session, cast.stranger.email, PASSWORD, None)
    assert staff.sign_in(session, cast.admin.email, PASSWORD, None)
    identity_providers.switch_passwords(session, cast.firm, on=True)
    assert staff.sign_in(session, cast.owner.email, PASSWORD, None)
    assert actions(session).count(AuditAction.FIRM_CHANGED) == 2
