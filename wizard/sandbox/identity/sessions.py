"""Who is logged in in this browser, remembered in a signed cookie of the stand-in's own."""

from flask import session

from wizard.sandbox.cast.people import BY_NAME, Person


def logged_in() -> Person | None:
    """The person, if any."""
    return BY_NAME.get(session.get("person", ""))


def log_in(person: Person) -> None:
    """Remember her until she logs out or the browser is closed."""
    session.clear()
    session["person"] = person.name


def log_out() -> None:
    """Forget her."""
    session.clear()
