"""Reading what a grant gives, within a time: the company alone, then the rest beside each other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextvars import copy_context
from dataclasses import replace
from typing import Any, TypeVar

from wizard.causes import Cause
from wizard.models import Proof
from wizard.providers.base import Provider, ProviderError
from wizard.providers.companies import CompanySettings
from wizard.providers.deadline import LEAST_SECONDS, Deadline
from wizard.services.connections.judgement import Evidence, Readings

T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="provider")


def read_company(provider: Provider, access_token: str, deadline: Deadline) -> CompanySettings:
    """The company, first and alone; ProviderError."""
    company = _begin(lambda seconds: provider.company(access_token, timeout=seconds), deadline)
    return _await(company, deadline)


def read_rest(provider: Provider, access_token: str, deadline: Deadline) -> Readings:
    """Read fiscal years, vouchers, documents and the approver concurrently."""
    years = _begin(lambda s: provider.keeps_books(access_token, timeout=s), deadline)
    vouchers = _begin(lambda s: provider.vouchers(access_token, timeout=s), deadline)
    documents = _begin(lambda s: provider.documents(access_token, timeout=s), deadline)
    approver = _begin(lambda s: provider.approver(access_token, timeout=s), deadline)
    return Readings(
        keeps_books=_settle(years, deadline),
        vouchers=_settle(vouchers, deadline),
        documents=_settle(documents, deadline),
        approver=_settle(approver, deadline),
    )


def read_least(provider: Provider, access_token: str, deadline: Deadline) -> Readings:
    """As read_rest, but reads the least that proves access: one of each, and the approver."""
    vouchers = _begin(lambda s: provider.vouchers(access_token, timeout=s, most=1), deadline)
    documents = _begin(lambda s: provider.documents(access_token, timeout=s, most=1), deadline)
    approver = _begin(lambda s: provider.approver(access_token, timeout=s), deadline)
    return Readings(
        keeps_books=True,  # the company's settings and its vouchers would say if not
        vouchers=_settle(vouchers, deadline),
        documents=_settle(documents, deadline),
        approver=_settle(approver, deadline),
    )


def prove(
    provider: Provider,
    access_token: str,
    evidence: Evidence,
    readings: Readings,
    deadline: Deadline,
) -> Evidence:
    """Open one document for real, where there is one; what could be proved goes on the receipt."""
    vouchers = readings.vouchers if isinstance(readings.vouchers, list) else []
    loose = readings.documents if isinstance(readings.documents, list) else []
    voucher = next((one for one in vouchers if one.document_ids), None)
    document_id = voucher.document_ids[0] if voucher else next(iter(loose), None)
    if document_id is None:
        return evidence
    label = voucher.dated or None if voucher else None
    if _opens(provider, access_token, document_id, deadline):
        return replace(evidence, proof=Proof.DOCUMENT, proof_voucher=label)
    return replace(evidence, proof=Proof.VOUCHER, proof_voucher=label)


def _opens(provider: Provider, access_token: str, document_id: str, deadline: Deadline) -> bool:
    opening = _begin(
        lambda seconds: provider.open_document(access_token, document_id, timeout=seconds),
        deadline,
    )
    try:
        return bool(_await(opening, deadline))
    except ProviderError:
        return False  # the vouchers and the list of documents could be read; the file can wait


def _begin(call: Callable[[float], T], deadline: Deadline) -> Future[T]:
    return _threads.submit(copy_context().run, call, deadline.left)


def _await(future: Future[T], deadline: Deadline) -> T:
    """The answer; ProviderError when it does not come in time, whatever the provider drips."""
    try:
        return future.result(timeout=deadline.left + LEAST_SECONDS)
    except FutureTimeoutError:
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="timeout") from None


def _settle(future: Future[Any], deadline: Deadline) -> Any:
    """The answer, or the ProviderError that came instead."""
    try:
        return _await(future, deadline)
    except ProviderError as error:
        return error
