"""What every table shares: naming of constraints, times in UTC, and ids for addresses."""

import secrets
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

READABLE = "23456789abcdefghjkmnpqrstvwxyz"  # no look-alikes: people read these out on the phone
PUBLIC_ID_LENGTH = 16


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        int: BigInteger,
    }

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Stockholm, by which last days are counted."""
    return now().astimezone(ZoneInfo("Europe/Stockholm")).date()


def readable(length: int) -> str:
    """Random characters that are told apart when read aloud."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def public_id() -> str:
    """A new id for addresses: says nothing of how many there are, and cannot be guessed."""
    return readable(PUBLIC_ID_LENGTH)


def words(kind: type) -> Enum:
    """A column of a closed set of words, stored by value as text; the models refuse any other."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
