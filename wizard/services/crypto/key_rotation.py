"""Key rotation: re-encrypts every secret with the newest key, without downtime."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, load_only, sessionmaker

from wizard.models import Base
from wizard.services.crypto.vault import SEALED, SealBrokenError, Vault

BATCH = 200
LOOK_AGAIN = 0.2
LATEST = 20  # of each column, of which doctor asks whether they open
MOST_LOOKS = 100  # locked rows are skipped and tried again


@dataclass(frozen=True)
class Rotation:
    """The result: the number of secrets re-encrypted, and of those left, by key."""

    resealed: int
    left: dict[str, int]


def rotate(sessions: sessionmaker[Session], vault: Vault) -> Rotation:
    """Re-encrypt every secret that is not encrypted with the newest key.

    Commits in batches, so that a killed run continues at the next call. Locked rows are skipped and
    never waited for. Secrets that no key opens are left unchanged and reported.
    """
    resealed = 0
    for _ in range(MOST_LOOKS):
        seen = sum((_pass(sessions, vault, kind) for kind in _kinds()), Counter[bool]())
        resealed += seen[True]
        left = _under_others(sessions, vault)
        if sum(left.values()) <= seen[False]:
            break  # no key opens the rest
        time.sleep(LOOK_AGAIN)
    return Rotation(resealed, left)


def status(session: Session) -> dict[str, int]:
    """The number of secrets under each key, by its name. One statement for each column."""
    found: Counter[str] = Counter()
    for kind in _kinds():
        for field in SEALED[kind.__tablename__]:
            name = func.split_part(getattr(kind, field), ".", 1)
            found.update({row[0]: row[1] for row in session.execute(_counted(kind, field, name))})
    return dict(found)


def unopened(session: Session, vault: Vault) -> set[str]:
    """The names of keys in the ring that do not open what was last sealed by their name."""
    found: set[str] = set()
    for kind in _kinds():
        for field in SEALED[kind.__tablename__]:
            column = getattr(kind, field)
            latest = select(kind).where(column.is_not(None)).order_by(kind.id.desc())
            for row in session.scalars(latest.limit(LATEST).options(load_only(kind.id, column))):
                sealed = str(getattr(row, field))
                try:
                    vault.open(sealed, row, field)
                except SealBrokenError:
                    found.add(sealed.partition(".")[0])
    return found


def _under_others(sessions: sessionmaker[Session], vault: Vault) -> dict[str, int]:
    with sessions() as session:
        found = status(session)
    found.pop(vault.newest, None)
    return found


def _counted(kind: type[Base], field: str, name: Any) -> Select[str, int]:
    return select(name, func.count()).where(getattr(kind, field).is_not(None)).group_by(name)


def _pass(sessions: sessionmaker[Session], vault: Vault, kind: type[Base]) -> Counter[bool]:
    """Go through a table once by id; returns how many secrets were (True) and were not (False) sealed."""
    seen, after = Counter[bool](), 0
    while True:
        with sessions.begin() as session:
            rows = session.scalars(_due(vault, kind, after)).all()
            for row in rows:
                seen.update(_reseal(vault, row))
            if not rows:
                return seen
            after = rows[-1].id


def _due(vault: Vault, kind: type[Base], after: int) -> Select[Base]:
    columns = [getattr(kind, field) for field in SEALED[kind.__tablename__]]
    return (
        select(kind)
        .where(
            kind.id > after, or_(*(~column.startswith(f"{vault.newest}.") for column in columns))
        )
        .order_by(kind.id)
        .limit(BATCH)
        .options(load_only(kind.id, *columns))
        .with_for_update(skip_locked=True)
    )


def _reseal(vault: Vault, row: Base) -> Iterator[bool]:
    for field in SEALED[row.__tablename__]:
        sealed = getattr(row, field)
        if sealed is None or sealed.startswith(f"{vault.newest}."):
            continue
        try:
            setattr(row, field, vault.seal(vault.open(sealed, row, field), row, field))
            yield True
        except SealBrokenError:
            yield False


def _kinds() -> list[type[Base]]:
    mapped = [mapper.class_ for mapper in Base.registry.mappers]
    return [kind for kind in mapped if kind.__tablename__ in SEALED]
