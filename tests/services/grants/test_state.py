"""A grant goes from state to state in one place, and its ends keep no tokens."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from wizard.models import Grant, GrantState, now
from wizard.providers.base import Tokens
from wizard.services.concurrency.one_statement import next_id
from wizard.services.crypto.vault import Vault
from wizard.services.grants import state

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def vault(app: Flask) -> Vault:
    """The application's vault."""
    found = app.extensions["vault"]
    assert isinstance(found, Vault)
    return found


@pytest.fixture
def grant(session: Session, vault: Vault) -> Grant:
    """A grant that waits to be judged."""
    grant_id = session.scalars(select(next_id(Grant))).one()
    made = state.begin(grant_id, vault, "visma", tokens("first"), "")
    session.add(made)
    session.commit()
    return made


def tokens(word: str, *, rotated: bool = True) -> Tokens:
    """An answer of the provider."""
    return Tokens(f"access-{word}", f"refresh-{word}" if rotated else None, now() + HOUR)


def opened(vault: Vault, grant: Grant) -> tuple[str, str]:
    """The tokens that it holds."""
    return (
        vault.open(str(grant.access_token), grant, "access_token"),
        vault.open(str(grant.refresh_token), grant, "refresh_token"),
    )


def jobs(session: Session) -> list[dict[str, int]]:
    """The grants that jobs are to revoke."""
    told = "select args from procrastinate.procrastinate_jobs where task_name = 'revoke_grant'"
    return list(session.scalars(text(told)))


def test_what_is_begun_waits_sealed_and_is_refreshed_by_nobody(vault: Vault, grant: Grant) -> None:
    assert (grant.state, grant.holder, grant.next_refresh_at) == (GrantState.WAITING, None, None)
    assert "first" not in f"{grant.access_token}{grant.refresh_token}"
    assert opened(vault, grant) == ("access-first", "refresh-first")


def test_what_a_connection_rests_on_is_refreshed_before_its_token_ends(
    vault: Vault, grant: Grant
) -> None:
    state.promote(grant, "vera@example.com")
    assert (grant.state, grant.holder) == (GrantState.LIVING, "vera@example.com")
    ends = grant.access_expires_at
    assert ends
    assert grant.next_refresh_at
    assert now() + 40 * MINUTE < grant.next_refresh_at < ends
    grant.refresh_tries = 3
    state.store(vault, grant, tokens("second"))
    assert opened(vault, grant) == ("access-second", "refresh-second")
    assert grant.refresh_tries == 0


def test_an_answer_without_a_refresh_token_keeps_the_one_there_is(
    vault: Vault, grant: Grant
) -> None:
    state.store(vault, grant, tokens("second", rotated=False))
    assert opened(vault, grant) == ("access-second", "refresh-first")


def test_what_is_not_used_any_more_keeps_only_what_revokes_it(
    session: Session, grant: Grant
) -> None:
    state.promote(grant, None)
    state.set_to_be_revoked(session, grant)
    session.commit()
    assert grant.state is GrantState.TO_BE_REVOKED
    assert grant.refresh_token
    assert (grant.access_token, grant.next_refresh_at) == (None, None)
    assert grant.next_revoke_at
    assert grant.next_revoke_at > now()
    assert jobs(session) == [{"grant_id": grant.id}]


@pytest.mark.parametrize("end", state.ENDED)
def test_an_end_forgets_tokens_and_holder_and_is_not_released_again(
    session: Session, grant: Grant, end: GrantState
) -> None:
    state.promote(grant, "vera@example.com")
    state.end(grant, end)
    ended = grant.ended_at
    state.set_to_be_revoked(session, grant)
    session.commit()
    assert (grant.state, grant.ended_at) == (end, ended)
    assert [grant.access_token, grant.refresh_token, grant.holder] == [None] * 3
    assert [grant.next_refresh_at, grant.next_revoke_at] == [None] * 2
    assert (grant.revoked_at is not None) is (end is GrantState.REVOKED)
    assert jobs(session) == []


def test_releasing_twice_is_the_same_as_once(session: Session, grant: Grant) -> None:
    state.set_to_be_revoked(session, grant)
    ended = grant.ended_at
    state.set_to_be_revoked(session, grant)
    session.commit()
    assert grant.ended_at == ended
    assert len(jobs(session)) == 1
