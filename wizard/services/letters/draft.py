"""A letter about to be written: all that its words are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from wizard.models import Letter
from wizard.services.letters.links import Addresses


@dataclass(frozen=True)
class Draft:
    """``secret`` is of the key that was just made for the letter, if its kind has one.

    ``companions`` are the letters about other companies that go in the same mail.
    """

    session: Session
    letter: Letter
    addresses: Addresses
    secret: str | None = field(repr=False)
    companions: Sequence[Letter] = ()
