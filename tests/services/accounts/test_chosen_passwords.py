"""Choosing a password: judged by who she is, stored as a hash, and then no longer a command's."""

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.services.accounts.chosen_passwords import choose_password
from wizard.services.crypto.passwords import PasswordOwnWordsError, verify_password

NEW = "katten simmar i tvättmaskinen"


def test_a_password_that_is_chosen_is_hers(session: Session, cast: Cast) -> None:
    owner = session.merge(cast.owner)
    owner.must_change_password = True
    choose_password(owner, NEW)
    assert verify_password(owner.password_hash, NEW)
    assert owner.password_changed_at is not None
    assert not owner.must_change_password


@pytest.mark.parametrize("which", ["name", "email", "firm", "phone"])
def test_what_says_who_she_is_is_no_password(session: Session, cast: Cast, which: str) -> None:
    owner = session.merge(cast.owner)
    owner.name, owner.phone = "Olga Ekströmsson", "070-174 06 05"
    owner.email = "redaktionen@ekstromssons.example"
    before = owner.password_hash
    assert owner.firm is not None
    owner.firm.name = "Fjällviskaren och Döttrar"
    text = owner.firm.name if which == "firm" else getattr(owner, which)
    with pytest.raises(PasswordOwnWordsError):
        choose_password(owner, f"{text} 12")
    assert owner.password_hash == before
