"""A sample: pasted, looked up line by line, and fetched as one ZIP file."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from wizard.extensions import database
from wizard.models import User, public_id
from wizard.models.base import PUBLIC_ID_LENGTH, READABLE
from wizard.services.evidence import sample_progress
from wizard.services.evidence.archive import TooManyArchivesError
from wizard.services.evidence.finding import Found, look_up
from wizard.services.evidence.sample_progress import Asked, GoingAlreadyError
from wizard.services.evidence.samples import LONGEST, MOST, read_sample
from wizard.web.hooks.access import ViewResponse
from wizard.web.sample.archives import made, sent
from wizard.web.sample.wording import fates
from wizard.web.voucher import pages
from wizard.web.voucher.guards import PAGE, Books, with_books

blueprint = Blueprint("sample", __name__)
SAMPLE_ID = re.compile(f"[{READABLE}]{{{PUBLIC_ID_LENGTH}}}")
blueprint.context_processor(lambda: pages.WORDS)


@blueprint.route("/foretag/<public_id>/verifikat/stickprov", methods=["GET", "POST"])
@with_books(PAGE)
def index(_user: User, books: Books) -> ViewResponse:
    """Take a sample as text, and show what becomes of each line before anything is fetched."""
    year, text = request.values.get("ar", "")[:40], request.form.get("urval", "")[:LONGEST]
    return _page(_found(books, year, text), books, text)


@blueprint.post("/foretag/<public_id>/verifikat/stickprov/zip")
@with_books(PAGE)
def fetch(user: User, books: Books) -> ViewResponse:
    """Send the documents of a sample as a ZIP file, while they are fetched."""
    year, text = request.form.get("ar", "")[:40], request.form.get("urval", "")[:LONGEST]
    found = _found(books, year, text)
    if found.year is None or all(item.is_missing for item in found.items):
        return _page(found, books, text)
    archive = made(books.context.provider.name, books.connection, found, user)
    named = request.form.get("prov", "")
    sample_id = named if SAMPLE_ID.fullmatch(named) else public_id()
    asked = Asked(books.connection.id, sample_id, user.id, found.year.id, archive.labels)
    try:
        return sent(archive, asked)
    except GoingAlreadyError:
        return redirect(_followed_at(books, sample_id), 303)
    except TooManyArchivesError:
        flash(gettext("Several samples are being fetched right now. Try again in a minute."))
        here = url_for("sample.index", public_id=books.company.public_id, ar=found.year.id)
        return redirect(here, 303)


@blueprint.get("/foretag/<public_id>/verifikat/stickprov/<sample_id>")
@with_books(PAGE)
def follow(_user: User, books: Books, sample_id: str) -> ViewResponse:
    """Show how far a sample has come, and what is missing of it."""
    found = sample_progress.find(database.session, books.connection.id, sample_id)
    page = render_template(
        "sample/follow.html",
        company=books.company,
        sample=found,
        course=sample_progress.course_of(found).value if found else "",
        missing=sample_progress.missing_of(found) if found else [],
        here=_followed_at(books, sample_id),
    )
    return page, 200 if found else 404


def _followed_at(books: Books, sample_id: str) -> str:
    return url_for("sample.follow", public_id=books.company.public_id, sample_id=sample_id)


def _found(books: Books, year: str, text: str) -> Found:
    return look_up(books.context, books.connection.id, year, read_sample(text))


def _page(found: Found, books: Books, text: str) -> str | Response:
    sample_id = public_id()
    return render_template(
        "sample/index.html",
        company=books.company,
        connection=books.connection,
        found=found,
        text=text,
        fates=fates(),
        most=MOST,
        sample_id=sample_id,
        followed_at=_followed_at(books, sample_id),
        recent=sample_progress.recent(database.session, books.connection.id),
        course_of=sample_progress.course_of,
    )
