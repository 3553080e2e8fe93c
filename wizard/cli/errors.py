"""What went wrong with a command, in a sentence that says what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from wizard.services.api_keys import KeyUnknownError
from wizard.services.companies import DuplicateCompanyError
from wizard.services.firms import FirmNeededError, FirmTakenError, FirmUnknownError
from wizard.services.inviting import ConnectedAlreadyError
from wizard.services.names import NameInvalidError
from wizard.services.organisation_numbers import NumberInvalidError
from wizard.services.passwords import LONGEST, SHORTEST, PasswordLengthError
from wizard.services.staff import (
    EmailInvalidError,
    EmailTakenError,
    FirmMismatchError,
    UserUnknownError,
)
from wizard.webhooks.addresses import UrlInvalidError

SENTENCES: dict[type[Exception], str] = {
    ConnectedAlreadyError: "Företaget är redan anslutet.",
    DuplicateCompanyError: "Byrån har redan ett företag med det organisationsnumret.",
    EmailInvalidError: "E-postadressen är inte en adress som går att mejla till.",
    EmailTakenError: "Någon har redan ett konto med den e-postadressen.",
    FirmMismatchError: "En member hör till en byrå: ange --firm. Support och admin gör det inte.",
    FirmNeededError: "Det finns ingen byrå än. Skapa den med flask firm create.",
    FirmTakenError: "Det finns redan en byrå med det namnet.",
    FirmUnknownError: "Det finns ingen byrå med det namnet. Skapa den med flask firm create.",
    KeyUnknownError: "Det finns ingen nyckel med det numret. flask key list visar dem.",
    NameInvalidError: "Ett namn ska ha 1 till 200 tecken.",
    NumberInvalidError: "Organisationsnumret stämmer inte. Skriv tio siffror, som 559123-4561.",
    PasswordLengthError: f"Lösenordet ska ha {SHORTEST} till {LONGEST} tecken.",
    UrlInvalidError: "Adressen går inte att skicka till. Skriv den hel, med https och utan inloggning.",
    UserUnknownError: "Ingen har ett konto med den e-postadressen.",
}


def in_words(command: Callable[..., None]) -> Callable[..., None]:
    """End a command that a service refused with a sentence, and exit 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except tuple(SENTENCES) as error:
            _say(error)

    return run


def _say(error: Exception) -> NoReturn:
    raise click.ClickException(SENTENCES[type(error)]) from None
