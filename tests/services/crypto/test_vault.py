"""Secrets at rest open only where they were sealed, under a key that is in the ring."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.models import Authorization, Base, Grant
from wizard.services.crypto.vault import SEALED, SealBrokenError, Vault

OLD, NEW = {"old": os.urandom(32)}, {"new": os.urandom(32)}


def row(row_id: int | None = 7) -> Grant:
    return Grant(id=row_id)


@given(st.text(min_size=0, max_size=200).filter(lambda text: text.isprintable()))
def test_a_sealed_secret_opens_again(secret: str) -> None:
    vault = Vault(NEW)
    sealed = vault.seal(secret, row(), "refresh_token")
    assert secret == "" or secret not in sealed.partition(".")[2] or len(secret) < 4
    assert vault.open(sealed, row(), "refresh_token") == secret


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (Grant(id=8), "refresh_token"),
        (Grant(id=7), "access_token"),
        (Authorization(id=7), "code"),
    ],
)
def test_a_secret_moved_to_another_row_or_field_does_not_open(other: Base, field: str) -> None:
    vault = Vault(NEW)
    with pytest.raises(SealBrokenError):
        vault.open(vault.seal("hemligt", row(), "refresh_token"), other, field)


def test_an_older_key_of_the_ring_opens_and_the_newest_seals() -> None:
    sealed = Vault(OLD).seal("hemligt", row(), "access_token")
    both = Vault({**NEW, **OLD})
    assert both.open(sealed, row(), "access_token") == "hemligt"
    assert both.seal("hemligt", row(), "access_token").startswith("new.")


@pytest.mark.parametrize("damaged", ["", "new", "new.", "new.AAAA", "new.åäö", "gone.AAAAAAAA"])
def test_what_is_damaged_or_under_a_lost_key_is_told_apart(damaged: str) -> None:
    with pytest.raises(SealBrokenError, match="grants 7 access_token"):
        Vault(NEW).open(damaged, row(), "access_token")


def test_a_row_without_an_id_can_hold_no_secret() -> None:
    with pytest.raises(ValueError, match="has its id"):
        Vault(NEW).seal("hemligt", row(None), "access_token")


@pytest.mark.parametrize(("table", "fields"), SEALED.items())
def test_every_column_for_sealed_secrets_is_there(table: str, fields: tuple[str, ...]) -> None:
    assert set(fields) <= set(Base.metadata.tables[table].columns.keys())


def test_nothing_is_sealed_where_a_rotation_would_forget_it() -> None:
    with pytest.raises(ValueError, match=r"grants\.holder"):
        Vault(NEW).seal("hemligt", row(), "holder")
