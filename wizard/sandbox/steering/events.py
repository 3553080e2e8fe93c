"""Events that can happen at Visma after an approval, by name."""

from collections.abc import Callable

from wizard.sandbox.cast import companies, people
from wizard.sandbox.state import State

Event = Callable[[State, people.Person | None, companies.Company | None], None]


def _end_grants(reason: str, *, of_company_only: bool) -> Event:
    def event(
        state: State, person: people.Person | None, company: companies.Company | None
    ) -> None:
        for grant in state.book.living():
            matches = person is None or grant.person == person.name
            there = not of_company_only or company is None or grant.company == company.key
            if matches and there:
                state.book.end(grant, reason)

    return event


def _demand_person(person: people.Person | None) -> people.Person:
    if person is None:
        raise ValueError("this event needs a person")
    return person


def _demand_company(company: companies.Company | None) -> companies.Company:
    if company is None:
        raise ValueError("this event needs a company")
    return company


def _user_inactive(state: State, person: people.Person | None, _: object) -> None:
    state.changes.inactive_people.append(_demand_person(person).name)


def _user_removed(state: State, person: people.Person | None, _: object) -> None:
    state.changes.removed_people.append(_demand_person(person).name)


def _permission(name: str) -> Event:
    def event(state: State, person: people.Person | None, _: object) -> None:
        state.changes.permissions[_demand_person(person).name] = name

    return event


def _status(value: companies.Status) -> Event:
    def event(state: State, _: object, company: companies.Company | None) -> None:
        state.changes.company_status[_demand_company(company).key] = int(value)

    return event


def _module_off(state: State, _: object, company: companies.Company | None) -> None:
    state.changes.modules_off.append(_demand_company(company).key)


EVENTS: dict[str, Event] = {
    "consent_removed": _end_grants("consent_removed", of_company_only=True),
    "password_changed": _end_grants("password_changed", of_company_only=False),
    "user_inactive": _user_inactive,
    "user_removed": _user_removed,
    "permission_lost": _permission("LIMITED"),
    "permission_given": _permission("FULL"),
    "company_inactive": _status(companies.Status.INACTIVE),
    "company_read_only": _status(companies.Status.READ_ONLY),
    "company_active": _status(companies.Status.ACTIVE),
    "module_off": _module_off,
}
