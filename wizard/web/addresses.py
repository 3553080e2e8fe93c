"""Addresses we hand out: built from the public address only, and as QR codes."""

import segno
from flask import current_app
from markupsafe import Markup

from wizard.extensions import settings
from wizard.mail.addresses import Addresses
from wizard.models import ConnectionStatus
from wizard.services.invitations import Link


def link_address(link: Link) -> str:
    """The whole address of a link, with its secret: to be shown once, never stored or logged."""
    return _secret_address(link.secret)


def for_letters() -> Addresses:
    """How letters make the addresses that stand in them."""
    return Addresses(
        public=settings.public_url,
        link=_secret_address,
        receipt=lambda secret: _address("receipt.open_receipt", secret=secret),
        company=lambda public_id: _address("company.upload", public_id=public_id),
        help=lambda article: f"{_address('help.index')}/{article}",
        companies=f"{_address('company.index')}?status={ConnectionStatus.RENEWAL_NEEDED.value}",
        connections=_address("admin.connections"),
        receiver=lambda public_id: _address("webhooks.receiver", public_id=public_id),
    )


def handover_address(secret: str) -> str:
    """Where a member's browser is sent from the platform, with its secret: told once, in one answer."""
    return _address("handover.open_handover", secret=secret)


def _secret_address(secret: str) -> str:
    return _address("onboarding.open_link", secret=secret)


def _address(endpoint: str, **parts: str) -> str:
    return settings.public_url + _path(endpoint, **parts)


def _path(endpoint: str, **parts: str) -> str:
    """The path of a page, also where there is no request: in commands and jobs."""
    return current_app.url_map.bind("").build(endpoint, parts)


def qr_code(address: str) -> Markup:
    """The address as an inline SVG, dark on light in every colour scheme."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 -- drawn from our own address, no text stands in it
