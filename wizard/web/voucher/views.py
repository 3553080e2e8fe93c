"""Vouchers: search by number or text, show one, open its documents."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import MethodNotAllowed

from wizard.models import User
from wizard.providers.base import NoSearchError
from wizard.services.books import vouchers
from wizard.services.books.documents import Place
from wizard.services.books.labels import label_of
from wizard.services.books.vouchers import VoucherListing
from wizard.web import open_documents
from wizard.web.hooks.access import ViewResponse
from wizard.web.voucher import pages
from wizard.web.voucher.files import framing
from wizard.web.voucher.guards import FRAME, PAGE, Books, with_books
from wizard.web.voucher.opening import opened

blueprint = Blueprint("voucher", __name__)
blueprint.context_processor(lambda: pages.WORDS)


@blueprint.get("/foretag/<public_id>/verifikat")
@with_books(PAGE)
def index(_user: User, books: Books) -> ViewResponse:
    """List a year's vouchers; a label leads to its voucher, other text and filters choose among them."""
    asked = pages.asked()
    if straight := pages.straight_to(books.company, asked):
        return redirect(straight, 303)
    listing, can_search = _listing(books, asked)
    if asked.label and listing.page and len(listing.page.vouchers) == 1:
        return redirect(pages.address_of(books.company, listing.page.vouchers[0]), 303)
    page = render_template(
        "voucher/index.html",
        company=books.company,
        connection=books.connection,
        listing=listing,
        asked=asked,
        can_search=can_search,
    )
    return page, 404 if asked.label and not (listing.page and listing.page.vouchers) else 200


@blueprint.get("/foretag/<public_id>/verifikat/<year_id>/<segment>")
@with_books(PAGE)
def show(_user: User, books: Books, year_id: str, segment: str) -> ViewResponse:
    """Show a voucher with its rows and documents, and links to its neighbours."""
    wanted = pages.wanted(segment)
    shown = vouchers.show(books.context, books.connection.id, year_id, wanted)
    found = shown.vouchers[0] if len(shown.vouchers) == 1 else None
    label = label_of(found) if found else wanted if not isinstance(wanted, str) else None
    page = render_template(
        "voucher/show.html",
        company=books.company,
        connection=books.connection,
        year=next((one for one in shown.years if one.id == year_id), None),
        year_id=year_id,
        shown=shown,
        voucher=found,
        label=label,
        neighbours=pages.neighbours(books.company, year_id, label),
        failure=books.why(shown.documents_error),
    )
    return framing(page, 200 if shown.vouchers else 404)


@blueprint.get("/foretag/<public_id>/verifikat/<year_id>/<voucher_id>/dokument/<document_id>")
@with_books(FRAME)
def document(
    user: User, books: Books, year_id: str, voucher_id: str, document_id: str
) -> ViewResponse:
    """Open a document; with ?spara it is downloaded instead of shown."""
    if request.method == "HEAD":  # HEAD would reveal the document without a record in the history
        raise MethodNotAllowed(["GET"])
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        abort(403)  # a prefetch: nobody has opened anything
    open_documents.opening(f"user {user.id}")
    place = Place(year_id, voucher_id, document_id)
    return opened(user, books, place, save="spara" in request.args)


def _listing(books: Books, asked: pages.Asked) -> tuple[VoucherListing, bool]:
    """The vouchers that are asked for; False if texts could not be searched, and all are listed."""
    context, connection = books.context, books.connection.id
    narrowed = asked.narrowed
    if narrowed.is_used and not asked.label:
        found = vouchers.look_through(
            context, connection, asked.year, narrowed.filter, narrowed.position
        )
        return found, True
    try:
        found = vouchers.browse(
            context, connection, asked.year, asked.page, search=asked.texts, label=asked.label
        )
    except NoSearchError:
        return vouchers.browse(context, connection, asked.year), False
    return found, True
