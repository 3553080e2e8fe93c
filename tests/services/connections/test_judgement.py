"""The check's judgement: the order of the table, and that only lasting refusals are told."""

import pytest

from wizard.causes import Cause
from wizard.providers.base import ProviderError, Voucher
from wizard.providers.companies import Approver, CompanySettings, CompanyState
from wizard.services.connections.judgement import (
    ORDER,
    Readings,
    WrongCompanyError,
    judge,
    judge_company,
    judge_state,
)

NUMBER = "5599001079"
ANNA = Approver("Anna Ek", "anna@example.se", is_consultant=False, active=True)
AWAY = ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True)


def company(**changes: object) -> CompanySettings:
    facts = {
        "name": "Norrtälje Bokbinderi AB",
        "organisation_number": NUMBER,
        "country": "SE",
        "state": CompanyState.ACTIVE,
        "has_bookkeeping": True,
    }
    return CompanySettings(**{**facts, **changes})  # type: ignore[arg-type]


def readings(**changes: object) -> Readings:
    facts = {
        "keeps_books": True,
        "vouchers": [Voucher("A1", ("d1",))],
        "documents": ["d1"],
        "approver": ANNA,
    }
    return Readings(**{**facts, **changes})  # type: ignore[arg-type]


def refusal(settings: CompanySettings, found: Readings) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        judge(settings, found)
    return refused.value


def test_the_expected_company_in_use_is_accepted() -> None:
    judge_company(company(), NUMBER)
    assert judge(company(), readings()).approver == ANNA


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"organisation_number": "5599001145"}, Cause.WRONG_COMPANY),
        ({"organisation_number": None}, Cause.NUMBER_MISSING),
        ({"country": "NO"}, Cause.NOT_SWEDISH),
        ({"country": "NO", "organisation_number": None}, Cause.NOT_SWEDISH),
        (
            {"organisation_number": "5599001145", "state": CompanyState.INACTIVE},
            Cause.WRONG_COMPANY,
        ),
    ],
)
def test_another_company_is_told_before_anything_else(
    changes: dict[str, object], cause: Cause
) -> None:
    with pytest.raises(WrongCompanyError) as refused:
        judge_company(company(**changes), NUMBER)
    assert refused.value.cause is cause


def test_an_inactive_company_is_told() -> None:
    with pytest.raises(ProviderError) as refused:
        judge_state(company(state=CompanyState.INACTIVE))
    assert refused.value.cause is Cause.COMPANY_INACTIVE


def test_a_read_only_company_works_with_a_remark() -> None:
    assert judge(company(state=CompanyState.READ_ONLY), readings()).read_only


@pytest.mark.parametrize("later", range(1, len(ORDER)))
def test_of_two_causes_the_earlier_in_the_table_is_told(later: int) -> None:
    both = readings(vouchers=ProviderError(ORDER[later]), documents=ProviderError(ORDER[later - 1]))
    assert refusal(company(), both).cause is ORDER[later - 1]


def test_a_lasting_refusal_is_told_though_something_else_is_away() -> None:
    found = readings(vouchers=AWAY, documents=ProviderError(Cause.PERMISSION_MISSING))
    assert refusal(company(), found).cause is Cause.PERMISSION_MISSING


def test_what_is_away_is_worth_another_try() -> None:
    assert refusal(company(), readings(vouchers=AWAY)).transient


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (company(has_bookkeeping=False), readings()),
        (company(), readings(keeps_books=False)),
        (company(has_bookkeeping=None), readings(keeps_books=False)),
    ],
)
def test_a_company_without_bookkeeping_is_told(settings: CompanySettings, found: Readings) -> None:
    assert refusal(settings, found).cause is Cause.NO_BOOKKEEPING


def test_an_inactive_approver_cannot_give_what_she_has_not() -> None:
    found = readings(approver=Approver("Inga", "i@example.se", is_consultant=False, active=False))
    assert refusal(company(), found).cause is Cause.USER_NOT_IN_COMPANY


@pytest.mark.parametrize("unknown", [None, ProviderError(Cause.OUR_CONFIGURATION)])
def test_an_approver_who_is_not_told_stops_nothing(unknown: object) -> None:
    assert judge(company(), readings(approver=unknown)).approver is None


def test_an_approver_who_can_be_told_later_is_waited_for() -> None:
    assert refusal(company(), readings(approver=AWAY)).transient
