"""Every address that a letter can hold begins with the public address, whoever asks for the letter."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields

import pytest
from flask import Flask

from tests.support.mail_server import MailServer
from wizard.services.letters.links import Addresses
from wizard.wiring.addresses import for_letters

PUBLIC = "https://guide.example.se"
NAMES = {"operator", "identity_hosts"}  # said in letters, and no addresses of ours


@pytest.fixture
def addresses(make_app: Callable[..., Flask], mail_server: MailServer) -> Addresses:
    """The addresses of a service that is reached by another name than this computer's."""
    app = make_app(public_url=PUBLIC, **mail_server.settings)
    with app.test_request_context(base_url="http://evil.example.com"):
        return for_letters()


def test_every_address_is_public_with_its_part_in_it(
    addresses: Addresses, make_app: Callable[..., Flask]
) -> None:
    with make_app(public_url=PUBLIC).app_context():
        for field in fields(addresses):
            if field.name in NAMES:
                continue
            made = getattr(addresses, field.name)
            address = made("4f7kxt") if callable(made) else made
            assert address.startswith(PUBLIC), field.name
            assert not callable(made) or "4f7kxt" in address, field.name


def test_addresses_are_made_once_and_kept(addresses: Addresses) -> None:
    with pytest.raises(FrozenInstanceError):
        addresses.public = "http://evil.example.com"  # type: ignore[misc]
