"""The person logged in in this browser, in a signed cookie."""

from flask import session

from wizard.sandbox.cast.people import BY_NAME, Person


def logged_in() -> Person | None:
    """The logged-in person, if any."""
    return BY_NAME.get(session.get("person", ""))


def log_in(person: Person) -> None:
    """Log the person in, until log-out or the browser is closed."""
    session.clear()
    session["person"] = person.name


def log_out() -> None:
    """Log out."""
    session.clear()
