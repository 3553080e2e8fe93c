"""Public URLs, built from the public address in the settings only, also as QR codes."""

import segno
from flask import current_app
from markupsafe import Markup

from wizard.extensions import providers, settings
from wizard.models import ConnectionStatus
from wizard.services.accounts.passkeys import Site
from wizard.services.invitations.lifecycle import Link
from wizard.services.letters.links import Addresses
from wizard.setting_values import host_of


def link_address(link: Link) -> str:
    """The URL of a link, with its secret: shown once, never stored or logged."""
    return _secret_address(link.secret)


def for_letters() -> Addresses:
    """The URLs that letters contain."""
    return Addresses(
        public=settings.public_url,
        link=_secret_address,
        receipt=lambda secret: _address("receipt.open_receipt", secret=secret),
        ask_consents=_address("consents.ask"),
        consents=lambda secret: _address("consents.open_link", secret=secret),
        company=lambda public_id: _address("company.upload", public_id=public_id),
        help=lambda article: f"{_address('help.index')}/{article}",
        companies=f"{_address('company.index')}?status={ConnectionStatus.RENEWAL_NEEDED.value}",
        connections=lambda status: f"{_address('admin.connections')}?status={status}",
        desk=_address("desk.index"),
        moves=lambda whose: f"{_address('company.index')}?move={whose}",
        account=_address("account.index"),
        review=_address("review.index"),
        keys=_address("keys.of_firm"),
        receiver=lambda public_id: _address("webhooks.receiver", public_id=public_id),
        account_link=lambda secret: _address("account_link.open_link", secret=secret),
        sign_in=_address("auth.sign_in"),
        forgotten_password=_address("account_link.forgotten"),
        operator=settings.operator_name,
        identity_hosts={name: provider.identity_host for name, provider in providers.items()},
    )


def handover_address(secret: str) -> str:
    """The URL that signs a member in, with its secret: returned once, in one API response."""
    return _address("handover.open_handover", secret=secret)


def single_sign_on_callback(public_id: str) -> str:
    """The URL that an identity provider sends people back to, to be registered there."""
    return _address("auth.single_sign_on_answer", public_id=public_id)


def _secret_address(secret: str) -> str:
    return _address("onboarding.open_link", secret=secret)


def _address(endpoint: str, **parts: str) -> str:
    return settings.public_url + _path(endpoint, **parts)


def _path(endpoint: str, **parts: str) -> str:
    """The path of a page, also without a request, as in commands and jobs."""
    return current_app.url_map.bind("").build(endpoint, parts)


def qr_code(address: str) -> Markup:
    """A QR code of the URL as an inline SVG, dark on light in every colour scheme."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 -- drawn from our own address, no text stands in it


def passkey_site() -> Site:
    """Where passkeys are for: this installation."""
    return Site(host_of(settings.public_url), settings.public_url)
