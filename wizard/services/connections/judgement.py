"""What the readings of the check mean: pure, in the order of the table of causes."""

from dataclasses import dataclass

from wizard.causes import CAUSES, Cause
from wizard.models import Proof
from wizard.providers.base import ProviderError, Voucher
from wizard.providers.companies import Approver, CompanySettings, CompanyState

COUNTRY = "SE"
_RANKS = {cause: facts.rank for cause, facts in CAUSES.items() if facts.rank is not None}
ORDER = sorted(_RANKS, key=lambda cause: _RANKS[cause])


class WrongCompanyError(ProviderError):
    """The grant is for another company than the link, as far as can be read.

    ``chosen`` is for the approver's eyes alone.
    """

    def __init__(self, chosen: CompanySettings, cause: Cause = Cause.WRONG_COMPANY) -> None:
        super().__init__(cause)
        self.chosen = chosen


@dataclass(frozen=True)
class Readings:
    """The results of the concurrent reads that follow the company's; each may have failed."""

    keeps_books: bool | ProviderError
    vouchers: list[Voucher] | ProviderError
    documents: list[str] | ProviderError
    approver: Approver | ProviderError | None

    @property
    def errors(self) -> list[ProviderError]:
        """The errors among the readings; one about the approver counts only if it is transient."""
        found: list[object] = [self.keeps_books, self.vouchers, self.documents]
        if isinstance(self.approver, ProviderError) and self.approver.transient:
            found.append(self.approver)
        return [one for one in found if isinstance(one, ProviderError)]


@dataclass(frozen=True)
class Evidence:
    """The evidence that a connection works."""

    approver: Approver | None
    read_only: bool
    proof: Proof = Proof.EMPTY
    proof_voucher: str | None = None


def judge_company(settings: CompanySettings, organisation_number: str) -> None:
    """Raise WrongCompanyError with the cause unless it is the expected company."""
    if settings.country != COUNTRY:
        raise WrongCompanyError(settings, Cause.NOT_SWEDISH)
    if settings.organisation_number is None:
        raise WrongCompanyError(settings, Cause.NUMBER_MISSING)
    if settings.organisation_number != organisation_number:
        raise WrongCompanyError(settings)


def judge_state(settings: CompanySettings) -> None:
    """Raise ProviderError with the cause unless the company is active."""
    if settings.state is CompanyState.INACTIVE:
        raise ProviderError(Cause.COMPANY_INACTIVE)


def judge(settings: CompanySettings, readings: Readings) -> Evidence:
    """Evidence from the readings of the right company; else ProviderError with the first cause in order.

    A lasting error comes before a transient one, which is worth another try.
    """
    errors = readings.errors
    if settings.has_bookkeeping is False or readings.keeps_books is False:
        errors.append(ProviderError(Cause.NO_BOOKKEEPING))
    approver = None if isinstance(readings.approver, ProviderError) else readings.approver
    if approver and not approver.active:
        errors.append(ProviderError(Cause.USER_NOT_IN_COMPANY))
    lasting = [error for error in errors if not error.transient and error.cause in ORDER]
    if lasting:
        raise min(lasting, key=lambda error: ORDER.index(error.cause))
    if errors:
        raise errors[0]
    return Evidence(approver=approver, read_only=settings.state is CompanyState.READ_ONLY)
