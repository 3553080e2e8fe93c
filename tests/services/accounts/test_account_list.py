"""Who has an account, as an admin and as a firm's own member sees it."""

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Passkey, User, now
from wizard.services.accounts import account_list
from wizard.services.accounts.staff import UserUnknownError
from wizard.services.api import api_keys


def seen(session: Session, by: User | None, search: str = "") -> set[str]:
    return {row.user.email for row in account_list.list_page(session, by, search).rows}


def test_an_admin_sees_all_and_a_member_those_of_her_firm_if_she_may(
    session: Session, cast: Cast
) -> None:
    everybody = {f"{name}@example.com" for name in ("olga", "karin", "stina", "siv", "adam")}
    assert seen(session, cast.admin) == seen(session, None) == everybody
    assert seen(session, cast.owner) == seen(session, cast.support) == set()
    cast.owner.may_manage_members = True
    assert seen(session, cast.owner) == {"olga@example.com", "karin@example.com"}
    assert account_list.find(session, cast.owner, cast.colleague.public_id)
    for other in (cast.stranger, cast.admin):
        assert account_list.find(session, cast.owner, other.public_id) is None


def test_the_search_takes_the_beginning_of_name_address_or_firm(
    session: Session, cast: Cast
) -> None:
    assert seen(session, cast.admin, "olga e") == {"olga@example.com"}
    assert seen(session, cast.admin, "SIV@") == {"siv@example.com"}
    assert seen(session, cast.admin, "andra") == {"stina@example.com"}
    assert seen(session, cast.admin, "%") == set()


def test_the_list_tells_who_has_a_second_factor(session: Session, cast: Cast) -> None:
    hers = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "Nyckel"}
    session.add(Passkey(user_id=cast.owner.id, **hers))
    cast.colleague.totp_confirmed_at = now()
    session.commit()
    rows = {row.user.id: row for row in account_list.list_page(session, cast.admin).rows}
    assert (rows[cast.owner.id].has_passkey, rows[cast.owner.id].has_code) == (True, False)
    assert (rows[cast.colleague.id].has_passkey, rows[cast.colleague.id].has_code) == (False, True)


def test_an_account_is_found_by_its_address_however_it_is_written(
    session: Session, cast: Cast
) -> None:
    assert account_list.find_by_email(session, " Olga <OLGA@example.com>") == cast.owner
    for unknown in ("nobody@example.com", "inget"):
        with pytest.raises(UserUnknownError):
            account_list.find_by_email(session, unknown)


def test_the_keys_that_she_made_are_told_while_they_work(session: Session, cast: Cast) -> None:
    made = [api_keys.create(session, cast.firm, name, cast.admin).key for name in ("A", "B")]
    api_keys.revoke(session, made[0].public_id, None)
    assert account_list.keys_of(session, cast.admin) == [made[1]]
    assert account_list.keys_of(session, cast.owner) == []
