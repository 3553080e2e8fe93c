"""ZIP files of samples as responses, with what their manifests say of where they come from."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from wizard.extensions import database, settings, signer
from wizard.models import Connection, User, now
from wizard.models.api import STOCKHOLM
from wizard.services.books.media_types import NOT_IN_NAMES
from wizard.services.connections.endings import newest_consent
from wizard.services.context import ProviderContext
from wizard.services.evidence.archive import Archive
from wizard.services.evidence.finding import Found
from wizard.services.evidence.manifest import Origin
from wizard.services.evidence.sample_progress import Asked, begin
from wizard.web.sample.wording import words
from wizard.wiring.providers import provider_context

ZIP = "application/zip"


def made(
    provider: str,
    connection: Connection,
    found: Found,
    reader: User | None,
    context: ProviderContext | None = None,
    by: str = "",
) -> Archive:
    """The archive of what was found, which is fetched with the background's share of the call budget.

    ``reader`` is the member who fetches; for the platform ``context`` names its key, and ``by`` is its name.
    """
    if found.year is None:
        raise ValueError("a sample of a fiscal year that is not there")
    with database.sessions() as session:
        origin = _origin(session, connection.id, reader, by)
    return Archive(
        context or provider_context(provider, background=True),
        connection.id,
        origin,
        found.year,
        found.items,
        signer(),
        words(),
        reader,
    )


def sent(archive: Archive, asked: Asked | None = None) -> Response:
    """The response with the file, whose size is not known before it is made.

    With ``asked`` it can be followed. Raises TooManyArchivesError, or GoingAlreadyError.
    """
    archive.begin()
    if asked:
        try:
            archive.progress = begin(database.sessions, asked)
        except BaseException:
            archive.end()
            raise
    response = Response(_pieces(archive), content_type=ZIP, direct_passthrough=True)
    response.call_on_close(archive.end)
    name = f"{NOT_IN_NAMES.sub('_', archive.origin.company)} {now().astimezone(STOCKHOLM):%Y-%m-%d %H%M}.zip"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def _pieces(archive: Archive) -> Iterator[bytes]:
    try:
        yield from archive.pieces()
    finally:
        archive.end()


def _origin(session: Session, connection_id: int, reader: User | None, by: str) -> Origin:
    connection = session.get_one(Connection, connection_id)
    company, consent = connection.company, newest_consent(session, connection_id)
    return Origin(
        service=settings.public_url,
        firm=company.firm.name,
        company=company.name,
        organisation_number=company.organisation_number,
        provider=connection.provider,
        consent=consent.public_id if consent else "",
        approved_at=consent.approved_at if consent else None,
        by=f"{reader.name}, {reader.email}" if reader else by,
        by_kind="staff" if reader else "platform",
    )
