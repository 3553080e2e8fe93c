"""The fictitious people, one for every outcome of an approval."""

from dataclasses import dataclass
from enum import Enum
from uuid import NAMESPACE_URL, uuid5

from wizard.sandbox.cast import companies


class Permission(Enum):
    """Programbehörighet, with Visma's names."""

    FULL = "Fullständig"
    LIMITED = "Begränsad"
    READ = "Läsbehörighet"


class Quirk(Enum):
    """What goes wrong for a person, independent of the company."""

    SKIPS_CHOOSER = "skips_chooser"
    NO_REFRESH_TOKEN = "no_refresh_token"
    CODE_REFUSED = "code_refused"
    WRONG_ISSUER = "wrong_issuer"
    SLOW_TOKEN = "slow_token"
    TOKEN_DOWN = "token_down"
    TOKEN_HTML = "token_html"
    CLIENT_REFUSED = "client_refused"
    SERVER_ERROR = "server_error"
    NEVER_RETURNS = "never_returns"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person who can log in."""

    first: str
    last: str
    explains: str
    companies: tuple[str, ...] = ("norrtalje",)
    permission: Permission = Permission.FULL
    default_company: str | None = None
    is_active: bool = True
    is_consultant: bool = False
    quirk: Quirk | None = None

    @property
    def name(self) -> str:
        """First and last name; tests use it as the identifier."""
        return f"{self.first} {self.last}".strip()

    @property
    def id(self) -> str:
        """Visma's id of the user; it persists between starts."""
        return str(uuid5(NAMESPACE_URL, f"ovning:person:{self.name}"))

    @property
    def email(self) -> str:
        """A mail address that does not exist."""
        local = self.name.lower().replace(" ", ".").translate(str.maketrans("åäö", "aao"))
        return f"{local}@example.com"


_FAULTY = tuple(
    company.key
    for company in companies.ALL
    if company.key not in ("anna-ek", "bageriet", "roret", "gamla")
)

ALL: tuple[Person, ...] = (
    Person(
        first="Elsa",
        last="Ensam",
        explains="Har ett enda företag och får inte frågan vilket. Allt går bra.",
    ),
    Person(
        first="Stina",
        last="Standardföretag",
        explains="Har Gamla Bolaget AB som standardföretag. Det är lätt att få fel företag.",
        companies=("gamla", "norrtalje", "annat"),
        default_company="gamla",
    ),
    Person(
        first="Otto",
        last="Överhoppad",
        explains="Får aldrig välja företag, förrän han tar bort sitt standardföretag i menyn.",
        companies=("gamla", "norrtalje"),
        default_company="gamla",
        quirk=Quirk.SKIPS_CHOOSER,
    ),
    Person(
        first="Klara",
        last="Konsult",
        explains="Redovisningskonsult med många företag och inget standardföretag.",
        companies=(
            *("annat", "bageriet", "gamla", "norrtalje", "roret", "stora", "bara-lasa"),
            *("inga-dokument", "inga-verifikat", "nej-tack", "bara-fakturering"),
        ),
        is_consultant=True,
    ),
    Person(
        first="Vera",
        last="Välja",
        explains="Har alla företag där något går fel. Företagets namn säger vad.",
        companies=_FAULTY,
    ),
    Person(
        first="Bo",
        last="Begränsad",
        explains="Har inte behörigheten Fullständig och får inte läsa verifikat.",
        permission=Permission.LIMITED,
    ),
    Person(
        first="Inga",
        last="Inaktiv",
        explains="Är en inaktiv användare i företaget.",
        is_active=False,
    ),
    Person(
        first="Anna",
        last="Ek",
        explains="Har enskild firma och är ensam användare. Sidan Behörigheter finns inte.",
        companies=("anna-ek",),
    ),
    Person(
        first="Rut",
        last="Utan Förnyelse",
        explains="Godkännandet går inte att förnya: det ges för en timme.",
        quirk=Quirk.NO_REFRESH_TOKEN,
    ),
    Person(
        first="Kodvägrar-Karl",
        last="",
        explains="Godkännandet kommer tillbaka, men godtas inte sedan.",
        quirk=Quirk.CODE_REFUSED,
    ),
    Person(
        first="Fel Utfärdare-Fia",
        last="",
        explains="Svaret säger sig komma från någon annan.",
        quirk=Quirk.WRONG_ISSUER,
    ),
    Person(
        first="Sena Svar-Sven",
        last="",
        explains="Svaret dröjer efter godkännandet.",
        quirk=Quirk.SLOW_TOKEN,
    ),
    Person(
        first="Visma Nere-Nils",
        last="",
        explains="Inloggningstjänsten går ner efter godkännandet (503).",
        quirk=Quirk.TOKEN_DOWN,
    ),
    Person(
        first="HTML-Hanna",
        last="",
        explains="Inloggningstjänsten svarar med en webbsida efter godkännandet.",
        quirk=Quirk.TOKEN_HTML,
    ),
    Person(
        first="Fel Klient-Frida",
        last="",
        explains="Inloggningstjänsten känner inte igen programmet (invalid_client).",
        quirk=Quirk.CLIENT_REFUSED,
    ),
    Person(
        first="Serverfel-Sara",
        last="",
        explains="Kommer tillbaka med ett fel i stället för ett godkännande.",
        quirk=Quirk.SERVER_ERROR,
    ),
    Person(
        first="Aldrig Åter-Arne",
        last="",
        explains="Hamnar på en felsida och kommer aldrig tillbaka.",
        quirk=Quirk.NEVER_RETURNS,
    ),
)

BY_NAME = {person.name: person for person in ALL}


def users_of(company: str) -> list[Person]:
    """All users of the company."""
    return [person for person in ALL if company in person.companies]
