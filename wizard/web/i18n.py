"""Language and time zone of pages: Swedish, and the time in Stockholm."""

from flask import Flask
from flask_babel import get_locale

from wizard.config import ROOT, Settings
from wizard.extensions import babel


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the catalogues; tell templates the language, and whether the stand-in is in use."""
    babel.init_app(
        app,
        default_locale="sv",
        default_timezone="Europe/Stockholm",
        default_translation_directories=str(ROOT / "translations"),
    )

    @app.context_processor
    def language() -> dict[str, object]:
        return {"locale": str(get_locale() or "sv"), "practice": bool(settings.sandbox_url)}
