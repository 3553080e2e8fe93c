"""The manifest of a sample: which files were fetched, when, from where and by whom; as JSON and as a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from wizard.models.api import STOCKHOLM
from wizard.providers.base import FiscalYear, Voucher
from wizard.services.books.voucher_filters import total_of
from wizard.services.evidence.finding import Fate
from wizard.services.evidence.signing import ALGORITHM, Signer
from wizard.services.values.spreadsheets import MARK, line

FORMAT = "kopplingsguiden-underlag-1"
JSON_NAME, CSV_NAME, MISSING_NAME = "underlag.json", "underlag.csv", "saknas.txt"


@dataclass(frozen=True)
class Origin:
    """Where a sample comes from: the company's facts, whose consent, and who asked for it."""

    service: str
    firm: str
    company: str
    organisation_number: str
    provider: str
    consent: str
    approved_at: datetime | None
    by: str
    by_kind: str  # staff or platform


@dataclass(frozen=True)
class Fetched:
    """A document that was fetched whole, as it stands in the ZIP."""

    file: str
    voucher: Voucher
    document_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True)
class Missing:
    """What was asked for and is not in the ZIP; a document of a voucher has its id and name."""

    asked: str
    fate: Fate
    voucher: Voucher | None = None
    document_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Words:
    """The words of the table: the names of its columns, and of each fate."""

    columns: Sequence[str]
    fates: Mapping[Fate, str]


@dataclass(frozen=True)
class Contents:
    """What became of a sample, and when it was fetched."""

    origin: Origin
    year: FiscalYear
    began: datetime
    ended: datetime
    fetched: Sequence[Fetched]
    missing: Sequence[Missing]


def as_json(contents: Contents, signer: Signer) -> bytes:
    """The manifest with its signature; ``signature`` is null where no key is set."""
    manifest = _manifest(contents)
    signature = signer.sign(manifest)
    signed = (
        {"algorithm": ALGORITHM, "key": signature.key, "value": signature.value}
        if signature
        else None
    )
    whole = {"manifest": manifest, "signature": signed}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def as_csv(contents: Contents, words: Words) -> bytes:
    """The manifest as a table, files first, then what is missing with why."""
    rows = [line(words.columns)]
    rows += [
        line(
            [
                one.voucher.label,
                str(one.voucher.day or ""),
                one.voucher.text,
                _money(total_of(one.voucher)),
                one.file,
                words.fates[Fate.FOUND],
                one.media_type,
                str(one.size),
                one.sha256,
                f"{one.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S}",
                one.voucher.id,
                one.document_id,
            ]
        )
        for one in contents.fetched
    ]
    rows += [line(_missing_cells(one, words)) for one in contents.missing]
    return (MARK + "".join(rows)).encode("utf-8", "replace")


def as_text(missing: Sequence[Missing]) -> bytes:
    """The labels to ask for again, one a line, as the page takes them."""
    again = dict.fromkeys(
        one.voucher.label if one.voucher else one.asked for one in missing if one.fate in AGAIN
    )
    return "".join(f"{label}\r\n" for label in again).encode()


AGAIN = {Fate.AWAY, Fate.CUT, Fate.ENDED, Fate.NOT_SEARCHED, Fate.REFUSED}


def _missing_cells(one: Missing, words: Words) -> list[str]:
    voucher = one.voucher
    told = ["", "", ""] if voucher is None else [
        str(voucher.day or ""),
        voucher.text,
        _money(total_of(voucher)),
    ]  # fmt: skip
    label = voucher.label if voucher else one.asked
    ids = [voucher.id if voucher else "", one.document_id]
    return [label, *told, one.name, words.fates[one.fate], "", "", "", "", *ids]


def _manifest(contents: Contents) -> dict[str, Any]:
    origin, year = contents.origin, contents.year
    return {
        "format": FORMAT,
        "service": origin.service,
        "firm": origin.firm,
        "company": {"name": origin.company, "organisation_number": origin.organisation_number},
        "provider": origin.provider,
        "fiscal_year": {"id": year.id, "start": str(year.start), "end": str(year.end)},
        "consent": {"number": origin.consent, "approved_at": _time(origin.approved_at)},
        "fetched_by": {"kind": origin.by_kind, "name": origin.by},
        "began": _time(contents.began),
        "ended": _time(contents.ended),
        "documents": [
            {
                "file": one.file,
                "voucher": _voucher(one.voucher),
                "document_id": one.document_id,
                "name": one.name,
                "media_type": one.media_type,
                "size": one.size,
                "sha256": one.sha256,
                "fetched_at": _time(one.at),
            }
            for one in contents.fetched
        ],
        "missing": [
            {
                "asked": one.asked,
                "why": one.fate.value,
                "voucher": _voucher(one.voucher) if one.voucher else None,
                "document_id": one.document_id or None,
                "name": one.name or None,
            }
            for one in contents.missing
        ],
    }


def _voucher(voucher: Voucher) -> dict[str, Any]:
    return {
        "id": voucher.id,
        "label": voucher.label,
        "imported_number": voucher.imported_number or None,
        "day": str(voucher.day) if voucher.day else None,
        "text": voucher.text,
        "amount": format(total_of(voucher), "f"),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
