"""Secrets from files: each setting that is a secret can be given as the path of a file, by its name and _FILE."""

from collections.abc import Collection, Mapping
from pathlib import Path

PREFIX, SUFFIX = "WIZARD_", "_FILE"
LARGEST = 64 * 1024  # bytes; what is larger is no secret but a mistake


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """Our settings in an environment, by their names in capitals; an empty one counts as unset."""
    return {
        name.upper(): value
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and value
    }


def read(
    environment: Mapping[str, str], secrets: Collection[str], known: Collection[str]
) -> dict[str, str]:
    """What the files hold that the environment names, by the names of the settings.

    ``secrets`` are those that may stand in a file, of all ``known``. Raises ValueError, with a sentence.
    """
    found: dict[str, str] = {}
    settings = given(environment)
    for name in sorted(settings):
        setting = name.removesuffix(SUFFIX)
        if setting == name or setting not in known:
            continue
        if setting not in secrets:
            raise ValueError(f"{name}: bara hemligheter läses ur en fil. Sätt {setting} i stället.")
        if setting in settings:
            raise ValueError(f"{name} och {setting} är satta båda två. Ta bort den ena.")
        found[setting] = _content(name, Path(settings[name]))
    return found


def _content(name: str, path: Path) -> str:
    """The text of a file, without the line break that editors put last."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        text = raw.decode().rstrip("\r\n")
    except FileNotFoundError:
        raise ValueError(f"{name}: filen {path} finns inte.") from None
    except OSError as error:
        raise ValueError(f"{name}: filen {path} går inte att läsa ({error.strerror}).") from None
    except ValueError:
        raise ValueError(f"{name}: filen {path} är inte text i UTF-8.") from None
    if len(raw) > LARGEST:
        raise ValueError(f"{name}: filen {path} är för stor för att vara en hemlighet.")
    if not text.strip():
        raise ValueError(f"{name}: filen {path} är tom.")
    return text
