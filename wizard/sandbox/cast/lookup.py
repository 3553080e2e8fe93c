"""Lookup of people and companies by the names that tests and people use."""

from wizard.sandbox.cast import companies, people


def find_person(name: str) -> people.Person:
    """The person with this full name."""
    try:
        return people.BY_NAME[name]
    except KeyError:
        raise ValueError(f"nobody is called {name}") from None


def find_company(name: str) -> companies.Company:
    """The company with this name, key, or organisation number in any format."""
    digits = "".join(filter(str.isdecimal, name))
    for company in companies.ALL:
        own = "".join(filter(str.isdecimal, company.number or ""))
        if name in (company.name, company.key) or (digits and digits in (own, own[2:])):
            return company
    raise ValueError(f"there is no company {name}")
