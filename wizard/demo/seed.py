"""Fills an empty database with the demo's data."""

from pathlib import Path

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from wizard.demo import logins
from wizard.demo.cast import OFFICES, OWN_STAFF, Office, Person
from wizard.demo.logins import Login
from wizard.models import Company, Firm, User
from wizard.services.crypto.passwords import hash_password, new_password


def seed_if_empty(session: Session, instance: Path) -> None:
    """Add firms, companies and staff with new passwords, if the database is empty. Commits.

    One transaction. The passwords are written to the file first: after a crash in between the database
    is empty, and the next start creates new ones.
    """
    if session.scalar(select(or_(exists(select(Firm.id)), exists(select(User.id))))):
        if not logins.kept(instance):
            _give_new_passwords(session, instance)
        return
    made = [login for office in OFFICES for login in _open(session, office)]
    made += [_hire(session, person, None) for person in OWN_STAFF]
    logins.keep(instance, made)
    session.commit()


def _give_new_passwords(session: Session, instance: Path) -> None:
    """The file with the log-ins is lost: new passwords for those of the demo's staff who are still there."""
    people = [(person, office.name) for office in OFFICES for person in office.staff]
    people += [(person, "") for person in OWN_STAFF]
    made = []
    for person, firm in people:
        user = session.scalar(select(User).where(User.email == person.email))
        if user is not None:
            password = new_password()
            user.password_hash = hash_password(password)
            made.append(Login(_title(person, firm), person.email, password))
    logins.keep(instance, made)
    session.commit()


def _title(person: Person, firm: str) -> str:
    return f"{person.title}, {firm}" if firm else person.title


def _open(session: Session, office: Office) -> list[Login]:
    chief = office.staff[0]
    firm = Firm(
        name=office.name,
        contact_name=chief.name,
        contact_email=chief.email,
        contact_phone=office.phone,
    )
    session.add(firm)
    session.flush()
    for name, number in office.companies.items():
        session.add(Company(firm_id=firm.id, name=name, organisation_number=number))
    return [_hire(session, person, firm) for person in office.staff]


def _hire(session: Session, person: Person, firm: Firm | None) -> Login:
    password = new_password()
    session.add(
        User(
            email=person.email,
            name=person.name,
            role=person.role,
            password_hash=hash_password(password),
            firm_id=firm.id if firm else None,
        )
    )
    return Login(_title(person, firm.name if firm else ""), person.email, password)
