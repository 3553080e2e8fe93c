"""What the readings of the check mean: pure, in the order of the table of causes."""

from dataclasses import dataclass

from wizard.causes import Cause
from wizard.models import Proof
from wizard.providers.base import (
    Approver,
    CompanySettings,
    CompanyState,
    ProviderError,
    Voucher,
)

COUNTRY = "SE"
# Company first, then bookkeeping, then permission: the first that is found is told.
ORDER = (
    Cause.COMPANY_INACTIVE,
    Cause.LICENCE_NOT_ACCEPTED,
    Cause.STARTUP_GUIDE,
    Cause.MODULE_MISSING,
    Cause.NO_BOOKKEEPING,
    Cause.USER_NOT_IN_COMPANY,
    Cause.PERMISSION_MISSING,
    Cause.SCOPE_MISSING,
    Cause.OUR_CONFIGURATION,
)


class WrongCompanyError(ProviderError):
    """The grant is for another company than the link; ``chosen`` is for the approver's eyes alone."""

    def __init__(self, chosen: CompanySettings) -> None:
        super().__init__(Cause.WRONG_COMPANY)
        self.chosen = chosen


@dataclass(frozen=True)
class Readings:
    """What was read beside each other once the company was known; each may have failed."""

    keeps_books: bool | ProviderError
    vouchers: list[Voucher] | ProviderError
    documents: list[str] | ProviderError
    approver: Approver | ProviderError | None

    @property
    def errors(self) -> list[ProviderError]:
        """The refusals among the readings; who approved stops nothing unless it can be told later."""
        found: list[object] = [self.keeps_books, self.vouchers, self.documents]
        if isinstance(self.approver, ProviderError) and self.approver.transient:
            found.append(self.approver)
        return [one for one in found if isinstance(one, ProviderError)]


@dataclass(frozen=True)
class Evidence:
    """What a proved connection rests on."""

    approver: Approver | None
    read_only: bool
    proof: Proof = Proof.EMPTY
    proof_voucher: str | None = None


def judge_company(settings: CompanySettings, organisation_number: str) -> None:
    """Whether it is the expected company, in use; ProviderError with the cause if not."""
    if settings.country != COUNTRY or settings.organisation_number != organisation_number:
        raise WrongCompanyError(settings)
    if settings.state is CompanyState.INACTIVE:
        raise ProviderError(Cause.COMPANY_INACTIVE)


def judge(settings: CompanySettings, readings: Readings) -> Evidence:
    """The right company's readings: evidence, or ProviderError with the first cause of the order.

    A lasting refusal is told at once; if there is none, a passing one is worth another try.
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
