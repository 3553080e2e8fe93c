"""What a bulk action needs: the provider that is invited to, the caps of letters, and providers to check at."""

from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from wizard.config import Settings
from wizard.extensions import providers
from wizard.services.bulk.running import Work
from wizard.wiring.imports import letter_caps_of
from wizard.wiring.providers import provider_context


def bulk_work(sessions: sessionmaker[Session], settings: Settings) -> Work:
    """What the background needs to go on with a bulk action."""
    context = partial(provider_context, background=True)
    return Work(sessions, next(iter(providers)), letter_caps_of(settings), context)
