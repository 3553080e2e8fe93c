"""A provider with all that is needed to work with it, as the current application has it."""

from flask import current_app

from wizard.extensions import database, providers
from wizard.services.workshop import Workshop


def workshop_for(provider: str) -> Workshop:
    """The workshop for a provider, by its word; holds nothing that ends with the request."""
    return Workshop(database.sessions, providers[provider], current_app.extensions["vault"])
