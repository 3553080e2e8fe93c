"""Firms have names of their own, and people who can be called and mailed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import AuditAction, AuditEntry, Firm, Letter, LetterKind
from wizard.services import pages
from wizard.services.accounts import firms
from wizard.services.accounts.firms import (
    FirmAmbiguousError,
    FirmNeededError,
    FirmTakenError,
    FirmUnknownError,
    PhoneInvalidError,
    clean_phone,
    find_firm,
)
from wizard.services.companies import company_directory
from wizard.services.values.email_addresses import EmailInvalidError

CONTACT = {
    "contact_name": "Britta Berg",
    "contact_email": "Britta@Example.com",
    "contact_phone": "08-123 45 67",
}
NOBODY = {"warned_name": "", "warned_email": "", "deputy_name": "Kvar", "deputy_email": " "}


def test_a_firm_is_made_once(session: Session) -> None:
    made = firms.create_firm(session, name=" Nya  Byrån AB ", **CONTACT)
    assert (made.name, made.contact_email) == ("Nya Byrån AB", "britta@example.com")
    with pytest.raises(FirmTakenError):
        firms.create_firm(session, name="Nya Byrån AB", **CONTACT)
    assert firms.get_firm(session, made.id) is made


def test_without_a_name_the_firm_is_the_only_one_that_it_can_be(
    session: Session, cast: Cast
) -> None:
    their_number = cast.other_company.organisation_number
    assert find_firm(session, None, their_number).id == cast.other_firm.id
    assert find_firm(session, cast.other_firm.name).id == cast.other_firm.id
    with pytest.raises(FirmUnknownError):
        find_firm(session, "")
    both = [cast.firm.name, cast.other_firm.name]
    for number in ("", "5567037485"):
        with pytest.raises(FirmAmbiguousError) as several:
            find_firm(session, None, number)
        assert several.value.names == both
    company_directory.add(session, cast.firm, "Samma bolag", their_number)
    with pytest.raises(FirmAmbiguousError) as several:
        find_firm(session, None, their_number)
    assert several.value.names == both


def test_without_any_firm_one_is_needed(session: Session) -> None:
    with pytest.raises(FirmNeededError):
        find_firm(session, None)


@pytest.mark.usefixtures("cast")
def test_firms_follow_each_other_by_name(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    first = firms.list_page(session)
    second = firms.list_page(session, first.next_cursor or "")
    assert [one.name for page in (first, second) for one in page.rows] == [
        "Andra Byrån AB",
        "Byrån AB",
    ]
    assert second.next_cursor is None


@pytest.mark.parametrize(
    "phone", ["08-123 45 67", "+46 (0)8 123 45", "070.123.45.67", "08\u2013123 45", "  112 45 "]
)
def test_a_number_that_can_be_called_is_kept_as_it_was_written(phone: str) -> None:
    assert clean_phone(phone) == phone.strip()


@pytest.mark.parametrize(
    "phone", ["", "1234", "ring mig", "08-123 45 67 ankn. 5", "1" * 16, "٣" * 8]
)
def test_what_cannot_be_called_is_refused(phone: str) -> None:
    with pytest.raises(PhoneInvalidError):
        clean_phone(phone)


def test_people_change_together_and_who_has_no_address_is_nobody(
    session: Session, cast: Cast
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    warned = {"warned_name": "Vera Vakt", "warned_email": "Vera@Example.com"}
    firms.change_people(session, firm, {**CONTACT, **NOBODY, **warned})
    assert (firm.warned_name, firm.warned_email) == ("Vera Vakt", "vera@example.com")
    assert (firm.deputy_name, firm.deputy_email) == (None, None)
    with pytest.raises(EmailInvalidError):
        firms.change_people(session, firm, {**CONTACT, **NOBODY, "contact_email": "vera@"})
    session.rollback()
    assert (firm.contact_email, firm.warned_name) == ("britta@example.com", "Vera Vakt")


def test_what_changes_is_told_before_and_after_and_the_former_contact_is_mailed(
    session: Session, cast: Cast
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    new = {**CONTACT, **NOBODY, "contact_name": "Nina Ny", "contact_email": "nina@example.com"}
    firms.change_people(session, firm, new)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.FIRM_CHANGED)
    ).one()
    assert entry.before == {"contact_name": "Britta Berg", "contact_email": "britta@example.com"}
    assert entry.after == {"contact_name": "Nina Ny", "contact_email": "nina@example.com"}
    letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.CONTACT_CHANGED)).one()
    assert (letter.recipient, letter.recipient_name) == ("britta@example.com", "Britta Berg")


def test_a_change_of_who_is_warned_tells_the_contact_nothing_and_no_change_tells_nobody(
    session: Session, cast: Cast
) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    firms.change_people(session, firm, {**CONTACT, **NOBODY})
    assert session.scalars(select(AuditEntry)).all() == []
    warned = {"warned_name": "Vera Vakt", "warned_email": "vera@example.com"}
    firms.change_people(session, firm, {**CONTACT, **NOBODY, **warned})
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.after == {"warned_name": "Vera Vakt", "warned_email": "vera@example.com"}
    assert session.scalars(select(Letter)).all() == []
