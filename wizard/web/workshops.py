"""A provider with all that is needed to work with it, as the current application has it."""

from flask import current_app

from wizard.extensions import background_providers, database, providers
from wizard.services.workshop import Workshop


def workshop_for(provider: str, *, background: bool = False) -> Workshop:
    """The workshop for a provider, by its word; holds nothing that ends with the request.

    ``background`` is for work that nobody waits for: its calls leave room for people's.
    """
    found = (background_providers if background else providers)[provider]
    return Workshop(database.sessions, found, current_app.extensions["vault"])
