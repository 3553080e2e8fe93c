"""Which vouchers of a list have documents, without a call for each of them.

A voucher lists its own files. Whether one with a source (an invoice, a receipt) lists the files of the
source is not documented, so those without any are asked for together, by an undocumented filter. If it is
refused or not enough, the list cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wizard.providers.base import ProviderError, TokenRefusedError, Voucher, VoucherPage
from wizard.providers.visma_answers import Asking, data_of, identity, paging_of

SUPPLIER_INVOICES = {12, 13, 25, 26}  # VoucherType: debit, credit, and quick invoices of both kinds
CUSTOMER_INVOICES = {14, 15, 23, 24}
AT_ONCE = 30  # owners in one filter, which keeps the address under 2,000 characters
MOST_CALLS = 4
FILES = 50  # Visma's default page size


@dataclass(frozen=True)
class VismaVoucher(Voucher):
    """A voucher with Visma's references to its documents; ``owner_id`` is Attachments.DocumentId."""

    kind: int = 0
    source_id: str = ""
    owner_id: str = ""

    @property
    def owners(self) -> set[str]:
        """The ids of what its files may be attached to: itself, its source, and what it says owns them."""
        return {self.id, self.owner_id, self.source_id} - {""}


def marked(asking: Asking, page: VoucherPage) -> VoucherPage:
    """The page with ``has_documents`` filled in where a few calls for all of it can tell."""
    unclear = [one for one in page.vouchers if one.has_documents is None]
    owners = list(dict.fromkeys(owner for one in unclear for owner in _owners(one)))
    known: dict[str, bool] = {}
    for start in range(0, min(len(owners), AT_ONCE * MOST_CALLS), AT_ONCE):
        told = _attached(asking, owners[start : start + AT_ONCE])
        if told is None:
            break
        known.update(told)
    return replace(page, vouchers=tuple(_told(one, known) for one in page.vouchers))


def _owners(voucher: Voucher) -> list[str]:
    return sorted(voucher.owners - {voucher.id}) if isinstance(voucher, VismaVoucher) else []


def _told(voucher: Voucher, known: dict[str, bool]) -> Voucher:
    owners = _owners(voucher)
    if voucher.has_documents is not None:
        return voucher
    if any(known.get(owner) for owner in owners):
        return replace(voucher, has_documents=True)
    return replace(voucher, has_documents=False) if all(one in known for one in owners) else voucher


def _attached(asking: Asking, owners: Sequence[str]) -> dict[str, bool] | None:
    """Whether each owner has files; None if Visma does not say. Nobody waits for a mark that does not come."""
    wanted = " or ".join(f"DocumentId eq {one}" for one in owners)
    try:
        found = asking.page("attachments?includeTemporaryUrl=false", pagesize=FILES, filter=wanted)
        if found is None or paging_of(found).pages > 1:
            return None
        holding = {identity(row.get("DocumentId")) for row in data_of(found)}
    except TokenRefusedError:
        raise
    except ProviderError:
        return None
    ignored = holding - set(owners)  # files of others: the filter was not used
    return None if ignored else {one: one in holding for one in owners}
