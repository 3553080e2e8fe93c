"""Error messages of commands, which say what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from wizard.services.accounts.firms import (
    FirmNeededError,
    FirmTakenError,
    FirmUnknownError,
    PhoneInvalidError,
)
from wizard.services.accounts.logos import LogoInvalidError
from wizard.services.accounts.staff import (
    EmailTakenError,
    FirmMismatchError,
    UserUnknownError,
)
from wizard.services.api.api_keys import KeyUnknownError
from wizard.services.companies.company_directory import DuplicateCompanyError
from wizard.services.crypto.passwords import LONGEST, SHORTEST, PasswordLengthError
from wizard.services.invitations.inviting import ConnectedAlreadyError
from wizard.services.values.email_addresses import EmailInvalidError
from wizard.services.values.names import NameInvalidError
from wizard.services.values.organisation_numbers import NumberInvalidError
from wizard.services.values.own_words import AddressInWordsError, HiddenCharacterError
from wizard.webhooks.receiver_urls import UrlInvalidError

SENTENCES: dict[type[Exception], str] = {
    AddressInWordsError: "Ett namn får inte se ut som en webb- eller mejladress.",
    ConnectedAlreadyError: "Företaget är redan anslutet.",
    DuplicateCompanyError: "Byrån har redan ett företag med det organisationsnumret.",
    EmailInvalidError: "E-postadressen är inte en adress som går att mejla till.",
    EmailTakenError: "Någon har redan ett konto med den mejladressen.",
    FirmMismatchError: "En member hör till en byrå: ange --firm. Support och admin gör det inte.",
    FirmNeededError: "Det finns ingen byrå än. Skapa den med flask firm create.",
    FirmTakenError: "Det finns redan en byrå med det namnet.",
    FirmUnknownError: "Det finns ingen byrå med det namnet. Skapa den med flask firm create.",
    HiddenCharacterError: "I namnet finns tecken som inte syns. Skriv det för hand.",
    KeyUnknownError: "Det finns ingen nyckel med det numret. flask key list visar dem.",
    LogoInvalidError: (
        "Bilden går inte att ha som logotyp. Den ska vara en hel PNG eller JPEG på högst 1 MB "
        "och 16 miljoner bildpunkter, synas mot vitt och inte vara för smal."
    ),
    NameInvalidError: "Ett namn ska ha 1 till 200 tecken.",
    NumberInvalidError: "Organisationsnumret stämmer inte. Skriv tio siffror, som 559123-4561.",
    PasswordLengthError: f"Lösenordet ska ha {SHORTEST} till {LONGEST} tecken.",
    PhoneInvalidError: "Telefonnumret ska ha 5 till 15 siffror, som 08-123 45 67.",
    UrlInvalidError: "Adressen går inte att skicka till. Skriv den hel, med https och utan inloggning.",
    UserUnknownError: "Ingen har ett konto med den mejladressen.",
}


def in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command: turn errors of services into a message, and exit 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except tuple(SENTENCES) as error:
            _say(error)

    return run


def _say(error: Exception) -> NoReturn:
    raise click.ClickException(SENTENCES[type(error)]) from None
