"""The content of each kind of books: one entry for every way in which Visma stores documents."""

from wizard.sandbox.books.records import DocumentType, VoucherType
from wizard.sandbox.books.small import Entry
from wizard.sandbox.files.content import File

SUPPLIER = DocumentType.SUPPLIER_INVOICE
PDF = "application/pdf"

NORRTALJE: tuple[Entry, ...] = (
    Entry("Ingående saldon utan dokument"),
    Entry("Leverantörsfaktura", VoucherType.SUPPLIER_INVOICE, ("pdf",), (), SUPPLIER),
    Entry(
        "Leverantörsfaktura, dokumentet nås bara genom fakturan",
        VoucherType.SUPPLIER_INVOICE,
        ("pdf",),
        (),
        SUPPLIER,
        linked=False,
    ),
    Entry("Kvitto, foto", VoucherType.RECEIPT, ("jpeg",), (), DocumentType.RECEIPT),
    Entry("Bifogad pdf", kinds=("pdf",)),
    Entry("Flera bilagor", kinds=("pdf", "jpeg", "png", "tiff")),
    Entry("Kundfaktura", VoucherType.CUSTOMER_INVOICE),
    Entry("Kreditfaktura till kund", VoucherType.CUSTOMER_CREDIT),
    Entry("Bifogad skärmbild", kinds=("png",)),
    Entry("Bifogad inläst faktura, tiff", kinds=("tiff",)),
    Entry(
        "Banktransaktion med bilaga",
        VoucherType.BANK_WITHDRAWAL,
        ("pdf",),
        (),
        DocumentType.BANK_TRANSACTION,
    ),
    Entry("Leverantörsfaktura papper", VoucherType.SUPPLIER_INVOICE, ("pdf",), (), SUPPLIER),
    Entry("Bifogad mycket stor pdf, 20 MB", kinds=("large_pdf",)),
    Entry("Kreditfaktura", VoucherType.SUPPLIER_CREDIT, ("pdf",), (), SUPPLIER),
    Entry("Länk till bilagor, men inga bilagor", empty_link=True),
    Entry(
        "Kvitto, dokumentet nås bara genom listan över bilagor",
        VoucherType.RECEIPT,
        ("png",),
        (),
        DocumentType.RECEIPT,
        linked=False,
    ),
    Entry("Lön utan dokument", imported="L 217"),
    Entry("Rättelse", kinds=("pdf",), series="B"),
    Entry("Rättelse utan dokument", series="B"),
)

FEW: tuple[Entry, ...] = (
    Entry("Leverantörsfaktura", VoucherType.SUPPLIER_INVOICE, ("pdf",), (), SUPPLIER),
    Entry("Kvitto", VoucherType.RECEIPT, ("jpeg",), (), DocumentType.RECEIPT),
    Entry("Lön utan dokument", imported="L 103"),
    Entry("Kundfaktura", VoucherType.CUSTOMER_INVOICE),
)

BARE: tuple[Entry, ...] = tuple(Entry(f"Utan dokument {number}") for number in range(1, 6))


def _hostile(text: str, *files: File) -> Entry:
    return Entry(text, files=files)


HOSTILE: tuple[Entry, ...] = (
    _hostile("Webbsida som kallar sig pdf", File("Faktura.pdf", PDF, "html", "Faktura")),
    _hostile("Teckning med skript", File("Faktura.svg", "image/svg+xml", "svg", "Faktura")),
    _hostile(
        "Teckning med skript som kallar sig png", File("Bild.png", "image/png", "svg", "Bild")
    ),
    _hostile("Både pdf och webbsida", File("Faktura.pdf", PDF, "polyglot", "Faktura")),
    _hostile("Säger sig vara längre", File("Lang.pdf", PDF, "pdf", "Lång", "length_too_long")),
    _hostile("Säger sig vara kortare", File("Kort.pdf", PDF, "pdf", "Kort", "length_too_short")),
    _hostile("Förbindelsen bryts", File("Bruten.pdf", PDF, "large_pdf", "Bruten", "cut")),
    _hostile("Stannar av halvvägs", File("Trog.pdf", PDF, "pdf", "Trög", "stall")),
    _hostile("Bild som sväller", File("Stor.png", "image/png", "huge_png", "Stor")),
    _hostile("Tiff som sväller", File("Stor.tiff", "image/tiff", "huge_tiff", "Stor")),
    _hostile("Tiff utan slut", File("Evig.tiff", "image/tiff", "looping_tiff", "Evig")),
    _hostile("För stor fil, 25 MB", File("Tung.pdf", PDF, "too_large_pdf", "Tung")),
    _hostile("Tom fil", File("Tom.pdf", PDF, "empty", "Tom")),
    _hostile("Skickar vidare", File("Vidare.pdf", PDF, "pdf", "Vidare", "redirect")),
    _hostile("Farligt namn", File('../../etc/"namn\r\nX-Y: 1.pdf', PDF, "pdf", "Namn")),
    _hostile("Okänd sort", File("Fil.pdf", "application/octet-stream", "pdf", "Okänd sort")),
    _hostile("Pdf efter ett utskriftshuvud", File("Utskrift.pdf", PDF, "printed_pdf", "Utskrift")),
    _hostile("Heic som kallar sig jpg", File("Bild.jpg", "image/jpeg", "heic", "Bild")),
    _hostile("Jpeg som sväller", File("Stor.jpg", "image/jpeg", "huge_jpeg", "Stor")),
    _hostile("Tiff i ovanligt format", File("Fax.tiff", "image/tiff", "rare_tiff", "Fax")),
    Entry("Kundfaktura", VoucherType.CUSTOMER_INVOICE),
)
