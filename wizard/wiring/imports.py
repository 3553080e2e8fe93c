"""What an import needs: the provider that is invited to, and the caps of a day's letters."""

from sqlalchemy.orm import Session, sessionmaker

from wizard.config import Settings
from wizard.extensions import providers
from wizard.services.imports.running import Work
from wizard.services.throttling.letter_caps import Caps


def letter_caps_of(settings: Settings) -> Caps:
    """The caps that the settings name."""
    return Caps(settings.letters_to_one, settings.letters_by_one, settings.letters_by_firm)


def import_work(sessions: sessionmaker[Session], settings: Settings) -> Work:
    """What the background needs to go on with an import."""
    return Work(sessions, next(iter(providers)), letter_caps_of(settings))
