"""The fictitious companies, one for every way in which a company can make a connection fail."""

from dataclasses import dataclass
from enum import IntEnum
from uuid import NAMESPACE_URL, uuid5

from wizard.sandbox.behaviour import Fault

# Bolagsverket does not assign 559900-…; the personal identity number is one of Skatteverket's for tests.
MENDABLE = {4002, 4003, 4004, 4012}
LEDGER = ("vouchers", "attachments", "supplierinvoices")


class Variant(IntEnum):
    """Visma's ProductVariant."""

    STANDARD = 1
    INVOICING = 2
    BOOKKEEPING = 3
    SOLO = 4
    PRO = 5


class Status(IntEnum):
    """Visma's CompanyStatus."""

    INACTIVE = 0
    ACTIVE = 1
    READ_ONLY = 2


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company at Visma; the number is in the format in which Visma would send it."""

    key: str
    name: str
    number: str | None
    explains: str
    books: str = "few"
    variant: Variant = Variant.PRO
    status: Status = Status.ACTIVE
    bookkeeping_method: int = 0
    type_of_business: int = 1
    country: str = "SE"
    has_eaccounting: bool = True
    refuses_number_filter: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def id(self) -> str:
        """Visma's id of the company; it persists between starts."""
        return str(uuid5(NAMESPACE_URL, f"ovning:company:{self.key}"))

    @property
    def trouble(self) -> int | None:
        """The ErrorCode by which every question about the company is refused, if its people can mend it."""
        codes = {fault.value for fault in self.faults if fault.concerns("*", self.key)}
        return next(iter(codes & MENDABLE), None)

    @property
    def has_bookkeeping(self) -> bool:
        """True if the company has bookkeeping (Bokföring in the menu)."""
        return self.variant is not Variant.INVOICING


def _code(error_code: int, *endpoints: str) -> tuple[Fault, ...]:
    return (Fault(kind="error_code", value=error_code, endpoints=endpoints or ("*",)),)


ALL: tuple[Company, ...] = (
    Company(
        key="norrtalje",
        name="Norrtälje Bokbinderi AB",
        number="559900-1079",
        explains="Allt fungerar. Här finns verifikat med dokument av alla slag.",
        books="norrtalje",
    ),
    Company(
        key="gamla",
        name="Gamla Bolaget AB",
        number="559900-1145",
        explains="Fungerar, men är ofta fel företag: någon har det som standardföretag.",
    ),
    Company(
        key="annat",
        name="Annat Bolag AB",
        number="5599001210",
        explains="Fungerar. Numret skrivs utan bindestreck.",
    ),
    Company(
        key="nej-tack",
        name="Nej Tack AB",
        number="559900-2754",
        explains="Fungerar. Till för att öva på knappen Avbryt.",
    ),
    Company(
        key="bara-fakturering",
        name="Bara Fakturering AB",
        number="559900-1285",
        explains="Har bara Fakturering, inte Bokföring.",
        books="none",
        variant=Variant.INVOICING,
        bookkeeping_method=2,
    ),
    Company(
        key="modul-saknas",
        name="Modul Saknas AB",
        number="559900-1350",
        explains="Kopplingar är inte påslagna (4002).",
        faults=_code(4002),
    ),
    Company(
        key="startguiden",
        name="Startguiden Ej Klar AB",
        number="559900-1426",
        explains="Startguiden är inte klar (4003).",
        faults=_code(4003),
    ),
    Company(
        key="inaktiva",
        name="Inaktiva AB",
        number="559900-1491",
        explains="Företaget är inaktivt: inställningarna säger det.",
        status=Status.INACTIVE,
    ),
    Company(
        key="avstangda",
        name="Avstängda AB",
        number="559900-1566",
        explains="Företaget är inaktivt: varje fråga får nej (4004).",
        faults=_code(4004),
    ),
    Company(
        key="avtal",
        name="Avtal Ej Godkänt AB",
        number="559900-1632",
        explains="Licensavtalet är inte godkänt (4012).",
        faults=_code(4012),
    ),
    Company(
        key="bara-lasa",
        name="Bara Läsa AB",
        number="559900-1707",
        explains="Företaget går bara att läsa. Kopplingen fungerar.",
        status=Status.READ_ONLY,
    ),
    Company(
        key="saknar-behorighet",
        name="Saknar Behörighet AB",
        number="559900-1772",
        explains="Verifikaten får inte läsas (4007).",
        faults=_code(4007, *LEDGER),
    ),
    Company(
        key="utan-atkomst",
        name="Utan Åtkomst AB",
        number="559900-1848",
        explains="Personen har inte tillgång till programmet i företaget (4011).",
        faults=_code(4011),
    ),
    Company(
        key="fel-variant",
        name="Fel Produktvariant AB",
        number="559900-1913",
        explains="Verifikaten ingår inte i produktvarianten (4009).",
        faults=_code(4009, *LEDGER),
    ),
    Company(
        key="saknar-scope",
        name="Saknar Scope AB",
        number="559900-1988",
        explains="Behörigheten räcker inte till verifikaten (4006).",
        faults=_code(4006, *LEDGER),
    ),
    Company(
        key="overbelastade",
        name="Överbelastade AB",
        number="559900-2051",
        explains="För många frågor: vänta (429, 4010).",
        faults=_code(4010),
    ),
    Company(
        key="trasiga-svar",
        name="Trasiga Svar AB",
        number="559900-2127",
        explains="Varje fråga slutar i ett fel hos Visma (500, 5000).",
        faults=_code(5000),
    ),
    Company(
        key="langsamma-svar",
        name="Långsamma Svar AB",
        number="559900-2192",
        explains="Svaren dröjer en halv minut.",
        faults=(Fault(kind="slow"),),
    ),
    Company(
        key="svarar-html",
        name="Svarar HTML AB",
        number="559900-2267",
        explains="Svaren är en webbsida i stället för uppgifter.",
        faults=(Fault(kind="html"),),
    ),
    Company(
        key="ligger-nere",
        name="Ligger Nere AB",
        number="559900-2333",
        explains="Tjänsten är nere (503).",
        faults=(Fault(kind="status", value=503),),
    ),
    Company(
        key="bryter",
        name="Bryter Förbindelsen AB",
        number="559900-2408",
        explains="Förbindelsen bryts mitt i frågan.",
        faults=(Fault(kind="close"),),
    ),
    Company(
        key="sandladeklient",
        name="Sandlådeklient AB",
        number="559900-2473",
        explains="Klienten får inte användas här (4034).",
        faults=_code(4034),
    ),
    Company(
        key="inga-dokument",
        name="Inga Dokument AB",
        number="559900-2549",
        explains="Har verifikat, men inga dokument.",
        books="bare",
    ),
    Company(
        key="inga-verifikat",
        name="Inga Verifikat AB",
        number="559900-2614",
        explains="Har Bokföring, men inga verifikat ännu.",
        books="none",
    ),
    Company(
        key="norskt",
        name="Norskt Selskap AS",
        number="987654325",
        explains="Ett norskt företag.",
        country="NO",
    ),
    Company(
        key="saknar-nummer",
        name="Saknar Nummer AB",
        number=None,
        explains="Organisationsnumret är inte ifyllt.",
    ),
    Company(
        key="utan-tjanst",
        name="Företag Utan Bokföringstjänst AB",
        number="559900-2689",
        explains="Har inte programmet. Syns bara om man frågar efter alla företag.",
        books="none",
        has_eaccounting=False,
        faults=_code(4011),
    ),
    Company(
        key="vagrar-filter",
        name="Vägrar Nummerfilter AB",
        number="559900-2960",
        explains="Verifikat går inte att söka på nummer (6000).",
        refuses_number_filter=True,
    ),
    Company(
        key="fientliga-filer",
        name="Fientliga Filer AB",
        number="559900-2895",
        explains="Dokumenten är något annat än de säger.",
        books="hostile",
    ),
    Company(
        key="stora",
        name="Stora Bolaget AB",
        number="559900-2820",
        explains="Har 100 000 verifikat i år.",
        books="large",
    ),
    Company(
        key="anna-ek",
        name="Enskild Firma Anna Ek",
        number="19800101-9986",
        explains="En enskild firma: numret är ett personnummer. En enda användare.",
        variant=Variant.SOLO,
        bookkeeping_method=1,
        type_of_business=2,
    ),
    Company(
        key="bageriet",
        name="Påhittade Bageriet AB",
        number="559900-3034",
        explains="Fungerar. En av konsultens kunder.",
        variant=Variant.STANDARD,
    ),
    Company(
        key="roret",
        name="Uppdiktade Rör & Värme AB",
        number="559900-3109",
        explains="Fungerar. En av konsultens kunder.",
        variant=Variant.BOOKKEEPING,
    ),
)

BY_KEY = {company.key: company for company in ALL}
