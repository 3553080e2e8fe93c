"""Opening a document: streamed, as scanned pages, or an explanation of the failure."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from wizard.models import User
from wizard.providers.base import FileTooLargeError, ProviderError, RangeUnmetError
from wizard.services.books import scans
from wizard.services.books.documents import OpenDocument, Place, open_document
from wizard.services.books.media_types import Kind
from wizard.services.books.scans import BrokenScanError, ScansBusyError, UnknownScanError
from wizard.web.file_responses import wanted_range
from wizard.web.voucher.files import addresses, framed, streamed
from wizard.web.voucher.guards import FRAME, Books, ReadFailure, failure_of
from wizard.web.voucher.proofs import holds

GONE_BAD = 502


def opened(user: User, books: Books, place: Place, *, save: bool) -> Response:
    """The response with the document; RenewalNeededError and DisconnectedError are left to the guard."""
    context, connection, known = books.context, books.connection, _known(books, place)
    try:
        found = open_document(
            context,
            connection.id,
            place,
            staff=user,
            known=known,
            wanted=wanted_range(),
            again=_is_for("image"),
        )
    except FileTooLargeError:
        return _explained(books, ReadFailure("too_large"), GONE_BAD)
    except RangeUnmetError as error:
        return _unmet(error)
    except ProviderError as error:
        return _explained(
            books, failure_of(error, books.connection), 503 if error.transient else GONE_BAD
        )
    if found is None:
        return _explained(books, ReadFailure("missing"), 404)
    if not found.file.beginning:
        found.file.close()
        return _explained(books, ReadFailure("empty"), GONE_BAD)
    if found.kind is Kind.TIFF and not save and found.file.start == 0:
        return _scan(books, found)
    if found.kind.is_picture and not save and _is_for("iframe"):
        return _fitted(found)
    return streamed(found, save=save)


def _known(books: Books, place: Place) -> str | None:
    """The voucher's label, if the URL holds a valid proof of it."""
    label, proof = request.args.get("verifikat", ""), request.args.get("bevis", "")
    return label if holds(books.connection.public_id, place, label, proof) else None


def _is_for(destination: str) -> bool:
    """True if the browser requests the response for this destination (Sec-Fetch-Dest)."""
    return request.headers.get("Sec-Fetch-Dest") == destination


def _fitted(found: OpenDocument) -> Response:
    """A page that fits the picture to the frame's width; shown by itself it would be cut off."""
    found.file.close()
    here = request.full_path.removesuffix("?")
    page = render_template(FRAME, failure=None, name=found.name, pages=[here], whole=True)
    return framed(make_response(page))


def _scan(books: Books, found: OpenDocument) -> Response:
    """The pages of a TIFF as pictures, since browsers cannot show TIFF."""
    try:
        scan = scans.unpack(found.file)
    except BrokenScanError:
        return _explained(books, ReadFailure("broken_scan"), 200)
    except UnknownScanError:
        return _explained(books, ReadFailure("unknown_scan"), 200)
    except (ScansBusyError, ConnectionError):
        return _explained(books, ReadFailure("away"), 503)
    page = render_template(
        FRAME, failure=None, name=found.name, pages=addresses(scan), whole=scan.whole
    )
    return framed(make_response(page))


def _explained(books: Books, failure: ReadFailure, status: int) -> Response:
    page = render_template(
        FRAME, failure=failure, company=books.company, connection=books.connection
    )
    return framed(make_response(page, status))


def _unmet(error: RangeUnmetError) -> Response:
    return Response(status=416, headers={"Content-Range": f"bytes */{error.total}"})
