"""One document as the answer to a press: streamed, or its scanned pages, or why it cannot be shown."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from wizard.models import User
from wizard.providers.base import FileTooLargeError, ProviderError, RangeUnmetError
from wizard.services import scans
from wizard.services.documents import OpenDocument, Place, open_document
from wizard.services.media import Kind
from wizard.services.scans import BrokenScanError, ScansBusyError
from wizard.web.sending import wanted_range
from wizard.web.voucher.files import addresses, framed, streamed
from wizard.web.voucher.guards import FRAME, Books, Trouble, trouble_of
from wizard.web.voucher.proofs import holds

GONE_BAD = 502


def opened(user: User, books: Books, place: Place, *, save: bool) -> Response:
    """The answer to the one who opens it; RenewalNeededError or DisconnectedError as the guard tells."""
    shop, connection, known = books.workshop, books.connection, _known(books, place)
    try:
        found = open_document(
            shop,
            connection.id,
            place,
            staff=user,
            known=known,
            wanted=wanted_range(),
            again=_is_for("image"),
        )
    except FileTooLargeError:
        return _told(books, Trouble("too_large"), GONE_BAD)
    except RangeUnmetError as error:
        return _unmet(error)
    except ProviderError as error:
        return _told(
            books, trouble_of(error, books.connection), 503 if error.transient else GONE_BAD
        )
    if found is None:
        return _told(books, Trouble("missing"), 404)
    if not found.file.beginning:
        found.file.close()
        return _told(books, Trouble("empty"), GONE_BAD)
    if found.kind is Kind.TIFF and not save and found.file.start == 0:
        return _scan(books, found)
    if found.kind.is_picture and not save and _is_for("iframe"):
        return _fitted(found)
    return streamed(found, save=save)


def _known(books: Books, place: Place) -> str | None:
    """The voucher's label, when the address holds our proof of it."""
    label, proof = request.args.get("verifikat", ""), request.args.get("bevis", "")
    return label if holds(books.connection.public_id, place, label, proof) else None


def _is_for(destination: str) -> bool:
    """Whether the browser says that it wants the answer for this."""
    return request.headers.get("Sec-Fetch-Dest") == destination


def _fitted(found: OpenDocument) -> Response:
    """A page as wide as the frame with the picture, which in a frame of its own is cut off."""
    found.file.close()
    here = request.full_path.removesuffix("?")
    page = render_template(FRAME, trouble=None, name=found.name, pages=[here], whole=True)
    return framed(make_response(page))


def _scan(books: Books, found: OpenDocument) -> Response:
    """The pages of a tiff, which browsers cannot show."""
    try:
        scan = scans.unpack(found.file)
    except BrokenScanError:
        return _told(books, Trouble("broken_scan"), 200)
    except (ScansBusyError, ConnectionError):
        return _told(books, Trouble("away"), 503)
    page = render_template(
        FRAME, trouble=None, name=found.name, pages=addresses(scan), whole=scan.whole
    )
    return framed(make_response(page))


def _told(books: Books, trouble: Trouble, status: int) -> Response:
    page = render_template(
        FRAME, trouble=trouble, company=books.company, connection=books.connection
    )
    return framed(make_response(page, status))


def _unmet(error: RangeUnmetError) -> Response:
    return Response(status=416, headers={"Content-Range": f"bytes */{error.total}"})
