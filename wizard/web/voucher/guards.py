"""Whose vouchers: of a company of the member's own firm, with what went wrong when they cannot be read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import abort, make_response, render_template
from werkzeug.wrappers import Response

from wizard.causes import CAUSES, Cause
from wizard.extensions import database
from wizard.models import Company, Connection, ConnectionStatus, User
from wizard.providers.base import NotFoundInTimeError, ProviderError
from wizard.services import companies
from wizard.services.tokens import DisconnectedError, RenewalNeededError
from wizard.services.workshop import Workshop
from wizard.web.access import Answer, members_only
from wizard.web.voucher.files import framed
from wizard.web.workshops import workshop_for

PAGE, FRAME = "voucher/trouble.html", "voucher/document.html"
RETRY_AFTER = "30"


@dataclass(frozen=True)
class Trouble:
    """Why nothing can be read: ``kind`` chooses the words; ``help`` is the step that cures the cause."""

    kind: str
    cause: Cause | None = None
    help: str = "dokument-saknas"
    error_id: str = ""

    @property
    def of_person(self) -> bool:
        """Whether it is about the one who approved, to whom the words of the cause are said."""
        return self.cause in {Cause.PERMISSION_MISSING, Cause.USER_NOT_IN_COMPANY}


@dataclass(frozen=True)
class Books:
    """A company's books: the connection through which they are read, and what reads them."""

    company: Company
    connection: Connection
    workshop: Workshop

    def why(self, error: ProviderError | None) -> Trouble | None:
        """What to say of an error, if there is one."""
        return trouble_of(error, self.connection) if error else None


View = Callable[..., Answer]


def with_books(template: str) -> Callable[[View], View]:
    """Hand a view the books; without a connection that can be read, answer with what to do about it."""

    def decorate(view: View) -> View:
        @members_only
        @wraps(view)
        def guarded(user: User, public_id: str, **parts: str) -> Answer:
            found = companies.find_connected(database.session, user, public_id)
            if found is None:
                abort(404)
            database.session.commit()  # no transaction is open while the provider answers
            company, connection = found
            if connection is None:
                return _told(template, company, None, Trouble("not_connected"), 200)
            books = Books(company, connection, workshop_for(connection.provider))
            try:
                return view(user, books, **parts)
            except DisconnectedError:
                return _told(template, company, None, Trouble("not_connected"), 200)
            except (RenewalNeededError, ProviderError) as error:
                status = 503 if isinstance(error, ProviderError) and error.transient else 200
                return _told(template, company, connection, trouble_of(error, connection), status)

        return guarded

    return decorate


def trouble_of(error: RenewalNeededError | ProviderError, connection: Connection) -> Trouble:
    """What went wrong, in the kinds that pages have words for."""
    if isinstance(error, RenewalNeededError):
        return Trouble("renew", error.cause, "fornya")
    if isinstance(error, NotFoundInTimeError):
        return Trouble("too_many")
    if error.transient:
        return Trouble("away", error_id=error.error_id)
    if CAUSES[error.cause].alert:
        return Trouble("ours", error_id=error.error_id)
    broken = connection.status is ConnectionStatus.RENEWAL_NEEDED
    return Trouble("renew" if broken else "refused", error.cause, CAUSES[error.cause].help)


def _told(
    template: str, company: Company, connection: Connection | None, trouble: Trouble, status: int
) -> Response:
    page = render_template(template, company=company, connection=connection, trouble=trouble)
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if template == PAGE:
        return response
    if status == 200:  # a document was asked for, and this is none
        response.status_code = 409
    return framed(response)
