"""What one look has found, and looking at several things at once without ever waiting for long."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import psycopg
from flask import Flask
from sqlalchemy import exc

from wizard.cli.errors import sentence

DEADLINE_SECONDS = 20.0
OF_DATABASE = (exc.DBAPIError, exc.TimeoutError, psycopg.Error)


class Word(StrEnum):
    """How something is, as it is printed."""

    GOOD = "OK"
    NOTE = "OBS"
    WRONG = "FEL"


@dataclass(frozen=True)
class Finding:
    """How something is, in a sentence that says what to do."""

    word: Word
    text: str


Look = Callable[[], Finding]


def good(text: str) -> Finding:
    """All is well."""
    return Finding(Word.GOOD, text)


def note(text: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(Word.NOTE, text)


def wrong(text: str) -> Finding:
    """Something is to be done."""
    return Finding(Word.WRONG, text)


def look_at_all(
    app: Flask, looks: dict[str, Look], seconds: float = DEADLINE_SECONDS
) -> dict[str, Finding]:
    """What each finds, all at once; one that has not answered in time is wrong, and left behind."""
    ends = monotonic() + seconds
    answers = {name: SimpleQueue[Finding]() for name in looks}
    for name, look in looks.items():
        Thread(target=_look, args=(app, look, answers[name]), daemon=True).start()
    found = {}
    for name, answer in answers.items():
        try:
            found[name] = answer.get(timeout=max(0.01, ends - monotonic()))
        except Empty:
            found[name] = wrong(f"Inget svar inom {seconds:.0f} s. Se de andra raderna.")
    return found


def _look(app: Flask, look: Look, answer: SimpleQueue[Finding]) -> None:
    """The answer comes when all is given back that was taken to find it."""
    with app.app_context():
        try:
            found = look()
        except OF_DATABASE as error:
            found = wrong(sentence(error))
        except Exception as error:  # noqa: BLE001 -- whatever it is, the other looks go on; words may hold secrets
            found = wrong(f"Kunde inte undersökas ({type(error).__name__}).")
    answer.put(found)
