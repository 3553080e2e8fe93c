"""Error messages of commands, which say what to do."""

import re

import psycopg
from alembic.util.exc import CommandError
from sqlalchemy import exc

from wizard.services.accounts import firms
from wizard.services.accounts.administration import (
    AccountClosedError,
    LastAdminError,
    NotHersError,
    SignsInElsewhereError,
)
from wizard.services.accounts.firms import (
    FirmAmbiguousError,
    FirmNeededError,
    FirmTakenError,
    FirmUnknownError,
    PhoneInvalidError,
)
from wizard.services.accounts.identity.metadata import MetadataInvalidError, ProviderDownError
from wizard.services.accounts.identity_providers import (
    ProviderNeededError,
    ProviderTakenError,
    ProviderUnknownError,
)
from wizard.services.accounts.logos import LogoInvalidError
from wizard.services.accounts.staff import (
    EmailTakenError,
    FirmMismatchError,
    UserUnknownError,
)
from wizard.services.api.api_keys import KeyUnknownError, LastDayInvalidError
from wizard.services.companies.company_directory import DuplicateCompanyError
from wizard.services.crypto.passwords import (
    LONGEST,
    SHORTEST,
    PasswordCommonError,
    PasswordLengthError,
    PasswordOwnWordsError,
    PasswordPatternError,
)
from wizard.services.imports.tables import (
    TableEmptyError,
    TableUnreadableError,
    TooManyRowsError,
)
from wizard.services.invitations.inviting import ConnectedAlreadyError
from wizard.services.values.email_addresses import EmailInvalidError
from wizard.services.values.names import NameInvalidError
from wizard.services.values.organisation_numbers import NumberInvalidError
from wizard.services.values.own_words import AddressInWordsError, HiddenCharacterError
from wizard.webhooks.receiver_urls import UrlInvalidError

SENTENCES: dict[type[Exception], str] = {
    TableEmptyError: "Det finns inga rader under rubrikerna.",
    TableUnreadableError: "Filen är ingen tabell i text. Spara den som CSV.",
    TooManyRowsError: "Filen har fler än 5 000 rader. Ta några åt gången.",
    AccountClosedError: "Kontot är inaktiverat, eller loggar in på ett annat sätt än med lösenord.",
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
    LastDayInvalidError: "Sista dagen ska vara i dag eller senare, och inom fem år.",
    LastAdminError: "Det är den enda admin som kan logga in. Gör någon annan till admin först.",
    LogoInvalidError: (
        "Bilden går inte att ha som logotyp. Den ska vara en hel PNG eller JPEG på högst 1 MB "
        "och 16 miljoner bildpunkter, synas mot vitt och inte vara för smal."
    ),
    MetadataInvalidError: (
        "På adressen står inte en leverantörs metadata. Den ska sluta på /.well-known/openid-configuration "
        "och höra till en enda organisation: hos Entra ID klientorganisationens id, inte common."
    ),
    NameInvalidError: "Ett namn ska ha 1 till 200 tecken.",
    NotHersError: "Den som tar över ska vara en kollega vid samma byrå, med ett aktivt konto.",
    NumberInvalidError: "Organisationsnumret stämmer inte. Skriv tio siffror, som 559123-4561.",
    PasswordCommonError: "Lösenordet är ett av dem som gissas först. Skriv några ord som inte hör ihop.",
    PasswordLengthError: f"Lösenordet ska ha {SHORTEST} till {LONGEST} tecken.",
    PasswordOwnWordsError: (
        "Lösenordet är för likt personens namn, mejladress eller byrå. Skriv några andra ord."
    ),
    PasswordPatternError: (
        "Lösenordet är en upprepning, en rad tangenter eller ett datum. Skriv några ord som inte hör ihop."
    ),
    PhoneInvalidError: "Telefonnumret ska ha 5 till 15 siffror, som 08-123 45 67.",
    ProviderDownError: "Leverantören svarar inte på adressen. Kontrollera den, och försök igen.",
    ProviderNeededError: "Byrån har ingen att logga in med. Ange en med flask identity-provider create.",
    ProviderTakenError: "Det finns redan en leverantör med det namnet.",
    ProviderUnknownError: "Ingen leverantör heter så, eller så är den avslutad.",
    SignsInElsewhereError: "Byrån loggar inte in med lösenord. Dess folk får sina konton när de loggar in första gången.",
    UrlInvalidError: "Adressen går inte att skicka till. Skriv den hel, med https och utan inloggning.",
    UserUnknownError: "Ingen har ett konto med den mejladressen.",
}

# Beginnings of the server's codes (sqlstate), the longer first.
BY_SQLSTATE = {
    "42501": (
        "Databasanvändaren i WIZARD_DATABASE_URL saknar rättigheter. Ge den samma rätt till scheman och "
        "tabeller som den som körde flask db upgrade."
    ),
    "25006": "Databasen går bara att läsa. Peka WIZARD_DATABASE_URL på den som tar emot ändringar.",
    "57014": "Databasen hann inte svara. Försök igen om en stund.",
    "55P03": "Databasen är upptagen. Försök igen om en stund.",
    "42": "Databasens schema hör till en annan version än den här koden. Kör flask db upgrade.",
    "3F": "Databasens schema hör till en annan version än den här koden. Kör flask db upgrade.",
    "3D": "Databasen i WIZARD_DATABASE_URL finns inte. Skapa den, och kör sedan flask db upgrade.",
    "28": (
        "Databasen släpper inte in användaren i WIZARD_DATABASE_URL. Kontrollera namn, lösenord och "
        "rättigheter."
    ),
    "53": "Databasen har slut på plats eller anslutningar. Försök igen när det finns.",
    "57": "Databasen stänger eller startar om. Försök igen om en stund.",
    "08": "Databasen svarar inte. Kontrollera att den är igång och att WIZARD_DATABASE_URL stämmer.",
}
# What a server that lets nobody in writes, by the code that libpq does not pass on then.
AT_THE_DOOR = {
    "42501": "permission denied",
    "3D": 'database "',
    "28": 'authentication failed|no password supplied|no pg_hba.conf entry|role "',
    "53": "too many|connection slots",
    "57": "starting up|shutting down|recovery",
}
# What libpq writes when it does not trust who answers; there is no code yet.
UNTRUSTED = "certificate|SSL"
CERTIFICATE = (
    "Databasens certifikat godtas inte. Kontrollera att sslrootcert i WIZARD_DATABASE_URL är filen för den som "
    "har utfärdat certifikatet, att adressen är namnet som står i det, och att servern tar emot TLS."
)
OF_DATABASE = (exc.DBAPIError, exc.TimeoutError, psycopg.Error)
TOLD: tuple[type[Exception], ...] = (*SENTENCES, FirmAmbiguousError, CommandError, *OF_DATABASE)


def sentence(error: Exception) -> str:
    """What to do about an error that commands tell of."""
    if isinstance(error, FirmAmbiguousError):
        return f"Det finns flera byråer, så ange vilken med --firm: {_listed(error.names)}."
    if isinstance(error, CommandError):
        return _of_revisions(error)
    if isinstance(error, OF_DATABASE):
        return _of_database(error)
    return SENTENCES[type(error)]


def _listed(names: list[str]) -> str:
    more = ["…"] if len(names) > firms.SHOWN else []
    return ", ".join([*(f"”{name}”" for name in names[: firms.SHOWN]), *more])


def _of_revisions(error: CommandError) -> str:
    """Alembic's own words follow, where they say more than which revision it is."""
    if "Can't locate revision" in str(error):
        return "Databasens schema är för nytt för den här koden. Kör kommandot med den nya."
    if "not up to date" in str(error):
        return "Databasens schema är för gammalt för den här koden. Kör flask db upgrade."
    return f"Databasens schema stämmer inte med koden: {' '.join(str(error).split())}"


def _of_database(error: Exception) -> str:
    """By the server's code; without one, nothing has answered or we were not let in."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlstate", None) or ""
    for beginning, words in BY_SQLSTATE.items():
        if code.startswith(beginning):
            return words
    if code:
        return f"Databasen svarade med ett fel (kod {code}) som kommandot inte kan göra något åt."
    refusal = str(cause).partition("FATAL:")[2]
    if not refusal and re.search(UNTRUSTED, str(cause)):
        return CERTIFICATE
    at_the_door = (code for code, words in AT_THE_DOOR.items() if re.search(words, refusal))
    return BY_SQLSTATE[next(at_the_door, "08")]
