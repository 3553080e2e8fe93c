"""The decorator that loads the receipt named in the URL."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Response

from wizard.services.consents.receipts import Held
from wizard.web.onboarding.visit import ViewResponse, closed_page
from wizard.web.receipt import held_receipts

R = TypeVar("R", bound=ViewResponse)


def with_receipt(view: Callable[[Held], R]) -> Callable[[str], R | Response]:
    """Pass the view the receipt in the URL; 404 unless this browser may open it."""

    @wraps(view)
    def guarded(number: str) -> R | Response:
        held = held_receipts.granted(number)
        return view(held) if held else closed_page()

    return guarded
