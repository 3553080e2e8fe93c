"""The demo's data: firms, staff, and companies with the same numbers as in the stand-in."""

from dataclasses import dataclass

from wizard.models import Role


@dataclass(frozen=True)
class Person:
    """A member of staff; ``title`` describes the account in the list of log-ins."""

    name: str
    email: str
    role: Role
    title: str


@dataclass(frozen=True)
class Office:
    """A firm with its staff and its clients (name and organisation number)."""

    name: str
    phone: str
    staff: tuple[Person, ...]
    companies: dict[str, str]


# Telephone numbers that the Swedish Post and Telecom Authority reserves for fiction.
OFFICES = (
    Office(
        "Revisionsbyrån Lind & Berg",
        "08-465 004 10",
        (Person("Maria Lind", "maria@lindberg.example.com", Role.MEMBER, "Beställare"),),
        {
            "Norrtälje Bokbinderi AB": "5599001079",
            "Gamla Bolaget AB": "5599001145",
            "Annat Bolag AB": "5599001210",
            "Nej Tack AB": "5599002754",
            "Inga Dokument AB": "5599002549",
            "Inga Verifikat AB": "5599002614",
            "Stora Bolaget AB": "5599002820",
            "Enskild Firma Anna Ek": "8001019986",
            "Bara Läsa AB": "5599001707",
            "Bara Fakturering AB": "5599001285",
            "Modul Saknas AB": "5599001350",
            "Startguiden Ej Klar AB": "5599001426",
            "Inaktiva AB": "5599001491",
            "Avtal Ej Godkänt AB": "5599001632",
            "Saknar Behörighet AB": "5599001772",
            "Utan Åtkomst AB": "5599001848",
            "Ligger Nere AB": "5599002333",
            "Långsamma Svar AB": "5599002192",
        },
    ),
    Office(
        "Siffran Redovisning AB",
        "08-465 004 20",
        (Person("Johan Holm", "johan@siffran.example.com", Role.MEMBER, "Beställare"),),
        {"Påhittade Bageriet AB": "5599003034", "Uppdiktade Rör & Värme AB": "5599003109"},
    ),
)

OWN_STAFF = (
    Person("Sara Stöd", "support@senseworks.example.com", Role.SUPPORT, "Support"),
    Person("Adam Admin", "admin@senseworks.example.com", Role.ADMIN, "Admin"),
)
