"""The decorator that loads a company's books, or explains why they cannot be read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import abort, make_response, render_template
from werkzeug.wrappers import Response

from wizard.causes import CAUSES, Cause
from wizard.extensions import database
from wizard.models import Company, Connection, ConnectionStatus, User
from wizard.providers.base import NotFoundInTimeError, ProviderError
from wizard.services.companies import company_directory
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import DisconnectedError, RenewalNeededError
from wizard.web.hooks.access import ViewResponse, members_only
from wizard.web.open_documents import DocumentsBusyError
from wizard.web.voucher.files import framed
from wizard.wiring.providers import provider_context

PAGE, FRAME = "voucher/unreadable.html", "voucher/document.html"
RETRY_AFTER = "30"


@dataclass(frozen=True)
class ReadFailure:
    """Why the books cannot be read: ``kind`` chooses the text; ``help`` is the help's step for the cause."""

    kind: str
    cause: Cause | None = None
    help: str = "dokument-saknas"
    error_id: str = ""

    @property
    def of_person(self) -> bool:
        """True if only the approver can solve it; the cause's text is written for the approver."""
        return self.cause is not None and CAUSES[self.cause].of_approver


@dataclass(frozen=True)
class Books:
    """A company's books: the connection, and the provider context that reads through it."""

    company: Company
    connection: Connection
    context: ProviderContext

    def why(self, error: ProviderError | None) -> ReadFailure | None:
        """The explanation of an error; None without one."""
        return failure_of(error, self.connection) if error else None


View = Callable[..., ViewResponse]


def with_books(template: str) -> Callable[[View], View]:
    """Pass the view the books; without a readable connection, show what to do instead."""

    def decorate(view: View) -> View:
        @members_only
        @wraps(view)
        def guarded(user: User, public_id: str, **parts: str) -> ViewResponse:
            found = company_directory.find_connected(database.session, user, public_id)
            if found is None:
                abort(404)
            database.session.commit()  # no transaction may be open during a call to the provider
            company, connection = found
            if connection is None:
                return _explained(template, company, None, ReadFailure("not_connected"), 200)
            books = Books(company, connection, provider_context(connection.provider))
            try:
                return view(user, books, **parts)
            except DocumentsBusyError:
                return _explained(template, company, connection, ReadFailure("busy"), 503)
            except DisconnectedError:
                return _explained(template, company, None, ReadFailure("not_connected"), 200)
            except (RenewalNeededError, ProviderError) as error:
                status = 503 if isinstance(error, ProviderError) and error.transient else 200
                return _explained(
                    template, company, connection, failure_of(error, connection), status
                )

        return guarded

    return decorate


def failure_of(error: RenewalNeededError | ProviderError, connection: Connection) -> ReadFailure:
    """The explanation of an error, for the pages of vouchers."""
    if isinstance(error, RenewalNeededError):
        return ReadFailure("renew", error.cause, "fornya")
    if isinstance(error, NotFoundInTimeError):
        return ReadFailure("too_many")
    if error.transient:
        return ReadFailure("away", error_id=error.error_id)
    if CAUSES[error.cause].alert:
        return ReadFailure("ours", error_id=error.error_id)
    broken = connection.status is ConnectionStatus.RENEWAL_NEEDED
    return ReadFailure("renew" if broken else "refused", error.cause, CAUSES[error.cause].help)


def _explained(
    template: str,
    company: Company,
    connection: Connection | None,
    failure: ReadFailure,
    status: int,
) -> Response:
    page = render_template(template, company=company, connection=connection, failure=failure)
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if template == PAGE:
        return response
    if status == 200:  # the request was for a document, so an explanation must not have status 200
        response.status_code = 409
    return framed(response)
