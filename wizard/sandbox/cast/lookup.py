"""Finding people and companies by any name a test or a person at the keyboard would use."""

from wizard.sandbox.cast import companies, people


def find_person(name: str) -> people.Person:
    """The person with a name, as it is written in the list."""
    try:
        return people.BY_NAME[name]
    except KeyError:
        raise ValueError(f"nobody is called {name}") from None


def find_company(name: str) -> companies.Company:
    """The company with a name, a key, or an organisation number written in any way."""
    digits = "".join(filter(str.isdecimal, name))
    for company in companies.ALL:
        own = "".join(filter(str.isdecimal, company.number or ""))
        if name in (company.name, company.key) or (digits and digits in (own, own[2:])):
            return company
    raise ValueError(f"there is no company {name}")
