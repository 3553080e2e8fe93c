"""Provider contexts for the current application."""

from flask import current_app

from wizard.extensions import background_providers, database, providers
from wizard.services.context import ProviderContext


def provider_context(provider: str, *, background: bool = False) -> ProviderContext:
    """The context for a provider, by its name; it can outlive the request.

    ``background`` is for work without a waiting person: its calls yield to those of people.
    """
    found = (background_providers if background else providers)[provider]
    return ProviderContext(database.sessions, found, current_app.extensions["vault"])
